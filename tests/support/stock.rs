//! A pharmacy with shelves: two pharmacists, medicines with batches, and the ledger behind them.

use chrono::{Days, NaiveDate};
use infirmary::access::model::{AccountId, Role};
use infirmary::db::sql;
use infirmary::stock::model::{BatchId, Choice, ItemId, Kind, Out, StoreId, Wanted};
use infirmary::stock::take;
use infirmary::work::{Doer, Work};

use super::{Browser, Clinic};

/// Where the stories hand out.
pub const PHARMACY: StoreId = StoreId(1);
/// Where returns go.
pub const QUARANTINE: StoreId = StoreId(2);

/// Two pharmacists at their browsers.
pub struct Shelves {
    /// Who books.
    pub desk: Browser,
    /// A second person.
    pub second: Browser,
    /// Paracetamol tablets, packs of 96.
    pub item: ItemId,
}

/// Why something leaves in a story.
pub fn out(kind: Kind, reason: &str) -> Out<'_> {
    Out { kind, reason, ref_kind: "", ref_id: 0, partly: false }
}

impl Clinic {
    /// Two pharmacists and the catalogue.
    pub async fn shelves(&self) -> Shelves {
        infirmary::prescribing::ensure_catalogue(&self.app.db).await.unwrap();
        let desk = self.signed_in("pharmacist", &[Role::Pharmacist]).await;
        let second = self.signed_in("second.pharmacist", &[Role::Pharmacist]).await;
        Shelves { desk, second, item: self.item_of("paracetamol-500mg-tablet").await }
    }

    /// The item of a medicine.
    pub async fn item_of(&self, code: &str) -> ItemId {
        let medicine =
            sql("select id from medicine where code = $1").bind(code).scalar(&self.app.db).await.unwrap();
        infirmary::stock::item_of_medicine(&self.app.db, medicine).await.unwrap().unwrap()
    }

    /// The clinic's day.
    pub fn today(&self) -> NaiveDate {
        self.app.clinic().day_of(self.app.clock.now())
    }

    /// A batch that expires in so many days, with units in a store.
    pub async fn batch(
        &self,
        item: ItemId,
        number: &str,
        days: i64,
        (store, units): (StoreId, i64),
    ) -> BatchId {
        let shift = Days::new(days.unsigned_abs());
        let expiry = if days < 0 { self.today() - shift } else { self.today() + shift };
        let mut tx = self.app.db.begin().await.unwrap();
        let id: BatchId = sql("insert into stock_batch (item_id, number, expiry, unit_cost, received_at)
             values ($1, $2, $3, 1500, $4) returning id")
        .bind(item)
        .bind(number)
        .bind(expiry)
        .bind(self.app.clock.now())
        .scalar(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        if units > 0 {
            self.movement((item, id, store), "opening", units).await.unwrap();
        }
        id
    }

    /// A row of the ledger as somebody with the database's password could write it.
    pub async fn movement(
        &self,
        (item, batch, store): (ItemId, BatchId, StoreId),
        kind: &'static str,
        units: i64,
    ) -> Result<u64, infirmary::db::DbError> {
        sql("insert into stock_movement (item_id, batch_id, store_id, kind, quantity, balance, unit_cost, reason,
                account_name, at, day)
             values ($1, $2, $3, $4, $5, coalesce((select on_hand from stock_level where batch_id = $2 and store_id = $3),
                0) + $5, 1500, 'by hand', 'somebody', $6, $7)")
        .bind(item)
        .bind(batch)
        .bind(store)
        .bind(kind)
        .bind(units)
        .bind(self.app.clock.now())
        .bind(self.today())
        .run(&self.app.db)
        .await
    }

    /// A unit of work of a pharmacist.
    pub async fn stock_work(&self, account: Option<AccountId>) -> Work {
        let doer = Doer {
            account_id: account.map(|id| id.0),
            role: "pharmacist".to_owned(),
            ..Doer::job("a pharmacist")
        };
        Work::begin(&self.app, doer).await.unwrap()
    }

    /// What is wanted of an item out of the pharmacy.
    pub fn want(&self, item: ItemId, quantity: i64) -> Wanted {
        let (store, today) = (PHARMACY, self.today());
        Wanted { item, store, quantity, step: 1, today, until: None, first: Vec::new() }
    }

    /// What would leave, and what would stay and why: somebody takes it and changes their mind.
    pub async fn would_take(&self, want: &Wanted) -> Choice {
        let mut work = self.stock_work(None).await;
        let out = Out { partly: true, ..out(Kind::Issue, "only looks") };
        take(&mut work, want, &out).await.unwrap()
    }

    /// What lies of a batch in the pharmacy.
    pub async fn on_hand(&self, batch: BatchId) -> i64 {
        let row: Option<(i64,)> = sql("select on_hand from stock_level where batch_id = $1 and store_id = 1")
            .bind(batch)
            .optional(&self.app.db)
            .await
            .unwrap();
        row.map_or(0, |row| row.0)
    }

    /// Nothing is wrong with the books: every level is its sum, nothing is below zero, balances go on from each other.
    pub async fn books_balance(&self) {
        let wrong = self.count(
            "select count(*) from (select l.batch_id, l.store_id, l.on_hand,
                (select cast(coalesce(sum(m.quantity), 0) as bigint) from stock_movement m
                    where m.batch_id = l.batch_id and m.store_id = l.store_id) as summed from stock_level l) as both_sides
             where on_hand <> summed or on_hand < 0",
        );
        assert_eq!(wrong.await, 0, "a level differs from its ledger");
        let sums = self.count(
            "select count(*) from (select b.on_hand, (select cast(coalesce(sum(l.on_hand), 0) as bigint) from stock_level l
                    where l.batch_id = b.id) as summed from stock_batch b
                union all select i.on_hand, (select cast(coalesce(sum(b.on_hand), 0) as bigint) from stock_batch b
                    where b.item_id = i.id) as summed from stock_item i) as both_sides
             where on_hand <> summed",
        );
        assert_eq!(sums.await, 0, "a batch or an item differs from its levels");
        let gaps = self.count(
            "select count(*) from (select quantity, balance, coalesce(lag(balance) over
                (partition by batch_id, store_id order by id), 0) as before from stock_movement) as line
             where balance <> before + quantity or balance < 0",
        );
        assert_eq!(gaps.await, 0, "balances do not go on from each other");
    }
}
