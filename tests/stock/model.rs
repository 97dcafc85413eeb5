//! Random steps at the shelves, on both databases, against a few lines of arithmetic (P18): what is taken and refused, in
//! which words, and what lies where afterwards.

use infirmary::db::sql;
use infirmary::stock::model::{BatchId, ItemId, Kind, StoreId};
use infirmary::stock::{item, put_back, take};
use infirmary::work::Refused;
use rand::Rng;
use rand::rngs::StdRng;

use crate::support::{Clinic, PHARMACY, Shelves, dice, out};

const SEQUENCES: usize = 200;
const STEPS: usize = 6;
/// The store that transfers go to.
const MAIN: StoreId = StoreId(3);
/// Days until the batches of a sequence expire: one is over already, two expire on one day.
const EXPIRIES: [i64; 4] = [-1, 20, 200, 200];

/// A batch as the arithmetic has it.
#[derive(Debug, Clone, Copy)]
struct Lot {
    days: i64,
    held: bool,
    recalled: bool,
    here: i64,
    there: i64,
}

impl Lot {
    fn is_usable(&self) -> bool {
        self.days > 0 && !self.held && !self.recalled
    }
}

/// What somebody does; a number names a batch of the sequence.
#[derive(Debug, Clone, Copy)]
enum Step {
    Issue(i64),
    Return(usize, i64),
    Damaged(usize, i64),
    Found(usize, i64),
    Hold(usize),
    Release(usize),
    Recall(usize),
    Transfer(i64),
}

impl Step {
    fn any(dice: &mut StdRng) -> Step {
        let (lot, few, more) = (dice.random_range(0..4), dice.random_range(1..12), dice.random_range(1..60));
        match dice.random_range(0..9) {
            0 | 1 => Step::Issue(more),
            2 => Step::Return(lot, few),
            3 => Step::Damaged(lot, more),
            4 => Step::Found(lot, few),
            5 => Step::Hold(lot),
            6 => Step::Release(lot),
            7 => Step::Recall(lot),
            _ => Step::Transfer(more),
        }
    }

    /// Whether it is let through, by a few lines of arithmetic.
    fn on(self, lots: &mut [Lot]) -> bool {
        match self {
            Step::Issue(units) => leave(lots, units).is_some(),
            Step::Return(lot, units) | Step::Found(lot, units) => {
                lots[lot].here += units;
                true
            }
            Step::Damaged(lot, units) => {
                let enough = lots[lot].here >= units;
                lots[lot].here -= if enough { units } else { 0 };
                enough
            }
            Step::Hold(lot) => !std::mem::replace(&mut lots[lot].held, true),
            Step::Release(lot) => std::mem::replace(&mut lots[lot].held, false),
            Step::Recall(lot) => !std::mem::replace(&mut lots[lot].recalled, true),
            Step::Transfer(units) => {
                let Some(left) = leave(lots, units) else { return false };
                for (lot, units) in left {
                    lots[lot].there += units;
                }
                true
            }
        }
    }
}

/// First expired first out; of one day, the one that came first. Everything or nothing.
fn leave(lots: &mut [Lot], units: i64) -> Option<Vec<(usize, i64)>> {
    let mut order: Vec<usize> = (0..lots.len()).filter(|lot| lots[*lot].is_usable()).collect();
    order.sort_by_key(|lot| (lots[*lot].days, *lot));
    let (mut missing, mut left) = (units, Vec::new());
    for lot in order {
        let taken = missing.min(lots[lot].here);
        missing -= taken;
        left.push((lot, taken));
    }
    if missing > 0 {
        return None;
    }
    for (lot, units) in &left {
        lots[*lot].here -= units;
    }
    Some(left)
}

/// One database with its people.
struct World {
    clinic: Clinic,
    shelves: Shelves,
    item: ItemId,
    name: String,
    batches: Vec<BatchId>,
}

impl World {
    async fn new(clinic: Clinic) -> Self {
        let shelves = clinic.shelves().await;
        sql("insert into stock_store (name, kind) values ('Main', 'store')")
            .run(&clinic.app.db)
            .await
            .unwrap();
        World { item: shelves.item, shelves, clinic, name: String::new(), batches: Vec::new() }
    }

    /// Another medicine with four batches.
    async fn next(&mut self, sequence: usize, lots: &[Lot]) {
        let items: Vec<ItemId> = sql("select i.id from stock_item i join medicine m on m.id = i.medicine_id
                where m.step = 1 and not m.controlled order by i.id")
        .scalars(&self.clinic.app.db)
        .await
        .unwrap();
        self.item = items[sequence % items.len()];
        self.name = item(&self.clinic.app.db, self.item).await.unwrap().unwrap().name;
        // What an earlier sequence left there does not count here.
        sql("update stock_batch set held_reason = 'Of an earlier sequence', held_at = received_at where item_id = $1 and held_at is null")
            .bind(self.item)
            .run(&self.clinic.app.db)
            .await
            .unwrap();
        self.batches.clear();
        for (place, lot) in lots.iter().enumerate() {
            let number = format!("S{sequence}-{place}");
            self.batches.push(self.clinic.batch(self.item, &number, lot.days, (PHARMACY, lot.here)).await);
        }
    }

    /// Books what the arithmetic of the stock alone decides.
    async fn booked(&self, lot: Option<usize>, units: i64) -> (bool, String) {
        let mut work = self.clinic.stock_work(None).await;
        let done = match lot {
            None => {
                take(&mut work, &self.clinic.want(self.item, units), &out(Kind::Issue, "")).await.map(|_| ())
            }
            Some(lot) => {
                put_back(&mut work, self.batches[lot], PHARMACY, units, &out(Kind::ReturnIn, "Came back"))
                    .await
            }
        };
        match done {
            Ok(()) => {
                work.commit().await.unwrap();
                (true, String::new())
            }
            Err(Refused::Because(words)) => (false, words),
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn on_page(&self, lot: usize, form: &str, fields: &[(&str, &str)]) -> (bool, String) {
        let page = self.shelves.desk.get(&format!("/stock/batches/{}", self.batches[lot])).await;
        if !page.has(form) {
            return (false, String::new());
        }
        let seen = self.shelves.desk.submit(&page, form, fields).await;
        (seen.status == 303, seen.errors().join(" "))
    }

    async fn corrected(&self, lot: usize, what: &str, units: i64) -> (bool, String) {
        let units = units.to_string();
        let store = PHARMACY.to_string();
        let fields =
            [("what", what), ("quantity", units.as_str()), ("note", "Seen on the shelf"), ("store", &store)];
        self.on_page(lot, "#correct", &fields).await
    }

    async fn transferred(&self, units: i64) -> (bool, String) {
        let page = self.shelves.desk.get("/stock/transfers/new").await;
        let (units, main) = (units.to_string(), MAIN.to_string());
        let fields = [
            ("from", "1"),
            ("to", main.as_str()),
            ("item_0", self.name.as_str()),
            ("units_0", units.as_str()),
        ];
        let sent = self.shelves.desk.submit(&page, "#transfer", &fields).await;
        if sent.status != 303 {
            return (false, sent.errors().join(" "));
        }
        let page = self.shelves.second.get(&sent.leads_to().unwrap()).await;
        self.shelves.second.submit(&page, "#accept", &[]).await.expect(303);
        (true, String::new())
    }

    async fn made(&self, step: Step) -> (bool, String) {
        match step {
            Step::Issue(units) => self.booked(None, units).await,
            Step::Return(lot, units) => self.booked(Some(lot), units).await,
            Step::Damaged(lot, units) => self.corrected(lot, "damaged", units).await,
            Step::Found(lot, units) => self.corrected(lot, "found", units).await,
            Step::Hold(lot) => self.on_page(lot, "#held", &[("reason", "Looks wet")]).await,
            Step::Release(lot) => self.on_page(lot, "#released", &[("reason", "It is dry")]).await,
            Step::Recall(lot) => self.on_page(lot, "#recalled", &[("reason", "Letter of the maker")]).await,
            Step::Transfer(units) => self.transferred(units).await,
        }
    }

    /// What lies in the pharmacy and in the main store of each batch.
    async fn lies(&self) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        for batch in &self.batches {
            let level = async |store: StoreId| {
                let row: Option<(i64,)> =
                    sql("select on_hand from stock_level where batch_id = $1 and store_id = $2")
                        .bind(*batch)
                        .bind(store)
                        .optional(&self.clinic.app.db)
                        .await
                        .unwrap();
                row.map_or(0, |row| row.0)
            };
            found.push((level(PHARMACY).await, level(MAIN).await));
        }
        found
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p18_both_databases_keep_the_shelves_as_arithmetic_does() {
    let Some(postgres) = Clinic::on_postgres().await else { return };
    let mut worlds = [World::new(Clinic::on_sqlite().await).await, World::new(postgres).await];
    let (seed, mut dice) = dice();
    let (mut let_through, mut refused) = (0, 0);
    for sequence in 0..SEQUENCES {
        let lot = |days| Lot { days, held: false, recalled: false, here: dice.random_range(1..40), there: 0 };
        let mut lots = EXPIRIES.map(lot);
        for world in &mut worlds {
            world.next(sequence, &lots).await;
        }
        for number in 0..STEPS {
            let step = Step::any(&mut dice);
            let whole = format!("seed {seed}, sequence {sequence}, step {number}: {step:?}, before {lots:?}");
            let expected = step.on(&mut lots);
            let [sqlite, postgres] = &worlds;
            let (one, other) = tokio::join!(sqlite.made(step), postgres.made(step));
            assert_eq!(one, other, "{whole}");
            assert_eq!(one.0, expected, "{whole}: {}", one.1);
            let lies: Vec<(i64, i64)> = lots.iter().map(|lot| (lot.here, lot.there)).collect();
            let (one, other) = tokio::join!(sqlite.lies(), postgres.lies());
            assert_eq!(one, lies, "{whole}: SQLite");
            assert_eq!(other, lies, "{whole}: PostgreSQL");
            *if expected { &mut let_through } else { &mut refused } += 1;
        }
    }
    for world in &worlds {
        world.clinic.books_balance().await;
    }
    assert!(
        let_through > SEQUENCES * 2 && refused > SEQUENCES,
        "{let_through} let through, {refused} refused"
    );
}
