//! Stock of the demo: every medicine with its batches, what past visits took out of them, and what a pharmacist of
//! today finds: low, expired, held, recalled, on its way, being counted.
//!
//! What was given of a prescription line left the stock under `dispensing_line` with the id of the line: whoever writes
//! the hand-outs of the demo gives them these ids.

mod ledger;
mod scenes;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use indicatif::ProgressBar;

use super::names::Chance;
use super::{Filling, row};
use crate::db::{Db, DbError, bulk, sql};
use crate::settings::store as settings;
use ledger::{Cause, Ledger};

/// The pharmacist of the demo.
const PHARMACIST: (i64, &str) = (6, "Chidinma Okafor");
/// The stores: what the migration makes, and two more.
const PHARMACY: i64 = 1;
const MAIN: i64 = 3;
const TREATMENT: i64 = 4;
/// The service point that hands out.
const POINT: i64 = 5;
/// How long after it was signed a prescription was given out.
const GIVEN_AFTER: TimeDelta = TimeDelta::minutes(9);
/// Lines that are given out in one transaction. PostgreSQL looks through every state of a level that the same transaction has
/// left behind: with five thousand lines a movement took four times as long.
const BATCH: i64 = 500;
/// Lines that one statement reads.
const READ: i64 = 20_000;

const SUPPLIERS: [(&str, &str, &str); 4] = [
    ("Emerald Pharma Distributors", "+234 803 555 0181", "orders@emerald-pharma.example"),
    ("Niger Valley Medical Stores", "+234 805 555 0127", "sales@nigervalley.example"),
    ("Unity Drug Depot", "+234 802 555 0166", "desk@unitydrugs.example"),
    ("Asa Hospital Supplies", "+234 807 555 0149", "hello@asasupplies.example"),
];

#[derive(Debug, Clone, serde::Deserialize)]
struct Known {
    id: i64,
    code: String,
    medicine: i64,
    pack: i64,
    price: i64,
    /// Ever given, and given in the last 30 days.
    used: i64,
    recent: i64,
}

#[derive(Debug, serde::Deserialize)]
struct Given {
    id: i64,
    medicine_id: i64,
    given: i64,
    signed_at: DateTime<Utc>,
}

#[derive(Debug, serde::Deserialize)]
struct UsedUp {
    id: i64,
    procedure: i64,
    item_id: i64,
    quantity: i64,
    done_at: DateTime<Utc>,
    done_by: i64,
    done_name: String,
}

struct Making {
    items: BTreeMap<i64, Known>,
    of_medicine: BTreeMap<i64, i64>,
    ledger: Ledger,
    chance: Chance,
    since: DateTime<Utc>,
}

/// Fills every table of stock.
pub(super) async fn write(db: &Db, now: DateTime<Utc>, bar: ProgressBar) -> Result<(), DbError> {
    let clinic = settings::clinic(db).await?;
    let mut filling = Filling::begin(db, clinic, now, bar).await?;
    places(&mut filling).await?;
    let items: Vec<Known> =
        sql("select i.id, coalesce(m.code, '') as code, coalesce(m.id, 0) as medicine, i.pack,
                coalesce(m.price, 15000) as price, cast(coalesce((select sum(l.given) from prescription_line l
                    where l.medicine_id = m.id), 0) as bigint) as used,
                cast(coalesce((select sum(l.given) from prescription_line l
                    where l.medicine_id = m.id and l.signed_at > $1), 0) as bigint) as recent
             from stock_item i left join medicine m on m.id = i.medicine_id order by i.id")
        .bind(now - TimeDelta::days(30))
        .all(filling.tx().await?)
        .await?;
    let first: Option<DateTime<Utc>> =
        sql("select min(signed_at) from prescription_line").scalar(filling.tx().await?).await?;
    let first = first.unwrap_or(now).min(now - TimeDelta::days(2));
    let since = filling.clinic.start_of(filling.clinic.day_of(first)) + TimeDelta::minutes(450);
    let mut making = Making {
        of_medicine: items.iter().filter(|one| one.medicine > 0).map(|one| (one.medicine, one.id)).collect(),
        items: items.into_iter().map(|one| (one.id, one)).collect(),
        ledger: Ledger::default(),
        chance: Chance::new(313),
        since,
    };
    making.open(&filling);
    making.ledger.put(&mut filling).await?;
    given(&mut filling, &mut making).await?;
    used_up(&mut filling, &mut making).await?;
    scenes::write(&mut filling, &mut making).await?;
    for table in ["stock_batch", "stock_receipt"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    filling.step("stock", 0).await
}

async fn places(filling: &mut Filling) -> Result<(), DbError> {
    sql("update stock_store set service_point_id = $1 where id = $2")
        .bind(POINT)
        .bind(PHARMACY)
        .run(filling.tx().await?)
        .await?;
    let stores =
        vec![row![MAIN, "Main store", "store", 2_i64], row![TREATMENT, "Treatment room", "treatment", 3_i64]];
    filling.put("stock_store", &["id", "name", "kind", "position"], stores).await?;
    let suppliers = (1_i64..).zip(SUPPLIERS).map(|(id, (name, phone, email))| row![id, name, phone, email]);
    filling.put("supplier", &["id", "name", "phone", "email"], suppliers.collect()).await?;
    for table in ["stock_store", "supplier"] {
        bulk::follow_ids(filling.tx().await?, table).await?;
    }
    // A tube: three; bottles: two; tablets: a pack.
    sql("update medicine set reorder_level = case when pack = 1 then 3 when step = pack then pack * 2 else pack end
         where active and reorder_level is null")
    .run(filling.tx().await?)
    .await?;
    sql("update stock_item set reorder_level = pack * 2, lead_days = 7 where medicine_id is null")
        .run(filling.tx().await?)
        .await?;
    Ok(())
}

/// The first id of a supplier of an item.
fn supplier(item: i64) -> i64 {
    item % 4 + 1
}

impl Known {
    /// What the clinic pays for a unit.
    fn cost(&self) -> i64 {
        self.price * 7 / 10
    }

    /// Whole packs, at least one.
    fn packs(&self, units: i64) -> i64 {
        (units / self.pack + 1) * self.pack
    }
}

impl Making {
    fn batch(&mut self, item: i64, at: DateTime<Utc>, expiry: NaiveDate) -> i64 {
        let letters = [b'A' + (item % 26) as u8, b'A' + (self.chance.below(26)) as u8];
        let letters = String::from_utf8_lossy(&letters).into_owned();
        let number = format!("{letters}{:04}", self.ledger.batches() % 10_000);
        let cost = self.items.get(&item).map_or(0, Known::cost);
        self.ledger.batch(row![item, number, expiry, cost, supplier(item), at], (item, expiry, cost))
    }

    fn shelf_life(&mut self) -> Days {
        Days::new(480 + self.chance.below(400) as u64)
    }

    /// What was there when the books of an item were opened. Some medicines were never bought, some are scarce; of what
    /// nobody was given, the books begin some weeks ago.
    fn open(&mut self, filling: &Filling) {
        let recent = self.since.max(filling.clinic.start_of(filling.today - Days::new(60)));
        let items: Vec<Known> = self.items.values().cloned().collect();
        for one in items {
            let at = if one.used > 0 { self.since } else { recent };
            let day = filling.clinic.day_of(at);
            let cause = Cause { kind: "opening", ref_kind: "", ref_id: 0, at, day, by: PHARMACIST };
            if one.medicine == 0 {
                let expiry = day + self.shelf_life();
                let batch = self.batch(one.id, at, expiry);
                self.ledger.book((one.id, batch, TREATMENT), one.packs(one.pack * 3), &cause);
                self.ledger.book((one.id, batch, MAIN), one.packs(one.pack * 6), &cause);
                continue;
            }
            let scarce = one.used == 0 && one.id % 11 == 5;
            if one.used == 0 && one.id % 17 == 9 {
                continue;
            }
            let many = if scarce || one.used > 0 { 1 } else { 1 + self.chance.below(3) };
            for _ in 0..many {
                let expiry = if one.used == 0 && self.chance.one_in(14) {
                    filling.today + Days::new(12 + self.chance.below(70) as u64)
                } else {
                    day + self.shelf_life()
                };
                let batch = self.batch(one.id, at, expiry);
                let units =
                    if scarce { one.pack } else { one.packs(one.pack * (3 + self.chance.below(8) as i64)) };
                self.ledger.book((one.id, batch, PHARMACY), units, &cause);
            }
        }
    }

    /// What is expired is destroyed before something new comes.
    fn destroy_expired(&mut self, place: (i64, i64), at: DateTime<Utc>, day: NaiveDate) {
        for one in self.ledger.lying(place).to_vec() {
            if one.expiry <= day {
                let cause = Cause { kind: "expired", ref_kind: "", ref_id: 0, at, day, by: PHARMACIST };
                self.ledger.book((place.0, one.batch, place.1), -one.on_hand, &cause);
            }
        }
    }

    /// Brings what is missing before it is given out: enough for some weeks.
    fn refill(&mut self, filling: &Filling, item: i64, need: i64, at: DateTime<Utc>) {
        let day = filling.clinic.day_of(at);
        let morning = (filling.clinic.start_of(day) + TimeDelta::minutes(450)).min(at);
        let Some(known) = self.items.get(&item).cloned() else { return };
        self.destroy_expired((item, PHARMACY), morning, day);
        let units = known.packs(need.max(known.recent * 40 / 30));
        let expiry = day + self.shelf_life();
        let batch = self.batch(item, morning, expiry);
        let receipt = self.ledger.receipt((day, supplier(item), PHARMACY), morning);
        let cause =
            Cause { kind: "receipt", ref_kind: "receipt", ref_id: receipt, at: morning, day, by: PHARMACIST };
        self.ledger.book((item, batch, PHARMACY), units, &cause);
    }
}

/// What past visits were given, first expired first, in the order in which it was: the ledger reads from the past to today.
async fn given(filling: &mut Filling, making: &mut Making) -> Result<(), DbError> {
    let (mut all, mut after): (Vec<Given>, i64) = (Vec::new(), 0);
    loop {
        let lines: Vec<Given> = sql("select id, medicine_id, given, signed_at from prescription_line
                 where id > $1 and given > 0 and medicine_id is not null order by id limit $2")
        .bind(after)
        .bind(READ)
        .all(filling.tx().await?)
        .await?;
        let Some(last) = lines.last() else { break };
        after = last.id;
        all.extend(lines);
    }
    all.sort_by_key(|line| (line.signed_at, line.id));
    let mut done = 0;
    for lines in all.chunks(usize::try_from(BATCH).unwrap_or(1)) {
        for line in lines {
            let Some(item) = making.of_medicine.get(&line.medicine_id).copied() else { continue };
            let at = (line.signed_at + GIVEN_AFTER).min(filling.now);
            let day = filling.clinic.day_of(at);
            let missing = line.given - making.ledger.usable((item, PHARMACY), day);
            if missing > 0 {
                making.refill(filling, item, missing, at);
            }
            let cause = Cause {
                kind: "issue",
                ref_kind: "dispensing_line",
                ref_id: line.id,
                at,
                day,
                by: PHARMACIST,
            };
            making.ledger.take((item, PHARMACY), line.given, &cause);
        }
        making.ledger.put(filling).await?;
        done += lines.len();
        filling.step("stock", done).await?;
    }
    Ok(())
}

/// What procedures used up in the treatment room.
async fn used_up(filling: &mut Filling, making: &mut Making) -> Result<(), DbError> {
    let mut after = 0;
    loop {
        let used: Vec<UsedUp> =
            sql("select u.id, p.id as procedure, a.item_id, u.quantity, p.done_at, p.done_by, p.done_name
             from procedure_used u join visit_procedure p on p.id = u.procedure_id
             join stock_alias a on a.name = lower(u.item)
             where u.id > $1 and p.done_at is not null order by u.id limit $2")
            .bind(after)
            .bind(BATCH)
            .all(filling.tx().await?)
            .await?;
        let Some(last) = used.last() else { return Ok(()) };
        after = last.id;
        for one in &used {
            let (at, day) = (one.done_at, filling.clinic.day_of(one.done_at));
            let by = (one.done_by, one.done_name.as_str());
            let there = making.ledger.usable((one.item_id, TREATMENT), day);
            let cause =
                Cause { kind: "issue", ref_kind: "visit_procedure", ref_id: one.procedure, at, day, by };
            if there >= one.quantity {
                making.ledger.take((one.item_id, TREATMENT), one.quantity, &cause);
            }
        }
        making.ledger.put(filling).await?;
        filling.step("supplies", usize::try_from(after).unwrap_or(0)).await?;
    }
}
