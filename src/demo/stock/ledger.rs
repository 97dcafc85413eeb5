//! The ledger of the demo: what lies where while it is written, and the rows that tell it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::{Filling, row};
use super::PHARMACIST;
use crate::db::{DbError, Value};

const BATCH: &[&str] = &["id", "item_id", "number", "expiry", "unit_cost", "supplier_id", "received_at"];
const RECEIPT: &[&str] = &["id", "store_id", "supplier_id", "note", "account_id", "account_name", "at"];
const MOVEMENT: &[&str] = &[
    "item_id",
    "batch_id",
    "store_id",
    "kind",
    "quantity",
    "balance",
    "unit_cost",
    "reason",
    "ref_kind",
    "ref_id",
    "account_id",
    "account_name",
    "at",
    "day",
];

/// Why a row was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause<'a> {
    pub(super) kind: &'static str,
    pub(super) ref_kind: &'static str,
    pub(super) ref_id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) day: NaiveDate,
    pub(super) by: (i64, &'a str),
}

/// What lies of a batch in a store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lying {
    pub(super) batch: i64,
    pub(super) expiry: NaiveDate,
    pub(super) on_hand: i64,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    known: Vec<(i64, NaiveDate, i64)>,
    lying: BTreeMap<(i64, i64), Vec<Lying>>,
    receipts: BTreeMap<(NaiveDate, i64, i64), i64>,
    new_batches: Vec<Vec<Value>>,
    new_receipts: Vec<Vec<Value>>,
    movements: Vec<Vec<Value>>,
}

impl Ledger {
    /// How many batches there are.
    pub(super) fn batches(&self) -> usize {
        self.known.len()
    }

    /// A new batch out of the columns after its id.
    pub(super) fn batch(&mut self, mut row: Vec<Value>, known: (i64, NaiveDate, i64)) -> i64 {
        self.known.push(known);
        let id = self.known.len() as i64;
        row.insert(0, id.into());
        self.new_batches.push(row);
        id
    }

    /// The delivery of a supplier on a day.
    pub(super) fn receipt(
        &mut self,
        (day, supplier, store): (NaiveDate, i64, i64),
        at: DateTime<Utc>,
    ) -> i64 {
        let next = self.receipts.len() as i64 + 1;
        if let Some(known) = self.receipts.get(&(day, supplier, store)) {
            return *known;
        }
        self.receipts.insert((day, supplier, store), next);
        let note = format!("DN {}", 4_100 + next);
        self.new_receipts.push(row![next, store, supplier, note, PHARMACIST.0, PHARMACIST.1, at]);
        next
    }

    /// What lies of an item in a store.
    pub(super) fn lying(&self, place: (i64, i64)) -> &[Lying] {
        self.lying.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Units that are not expired on a day.
    pub(super) fn usable(&self, place: (i64, i64), day: NaiveDate) -> i64 {
        self.lying(place).iter().filter(|one| one.expiry > day).map(|one| one.on_hand).sum()
    }

    /// One row: units of a batch come into a store or leave it.
    pub(super) fn book(&mut self, (item, batch, store): (i64, i64, i64), quantity: i64, cause: &Cause<'_>) {
        let Some((_, expiry, cost)) =
            usize::try_from(batch - 1).ok().and_then(|at| self.known.get(at)).copied()
        else {
            return;
        };
        let shelf = self.lying.entry((item, store)).or_default();
        let at = match shelf.iter().position(|one| one.batch == batch) {
            Some(at) => at,
            None => {
                shelf.push(Lying { batch, expiry, on_hand: 0 });
                shelf.sort_by_key(|one| (one.expiry, one.batch));
                shelf.iter().position(|one| one.batch == batch).unwrap_or(0)
            }
        };
        shelf[at].on_hand += quantity;
        let balance = shelf[at].on_hand;
        if balance == 0 {
            shelf.remove(at);
        }
        self.movements.push(row![
            item,
            batch,
            store,
            cause.kind,
            quantity,
            balance,
            cost,
            "",
            cause.ref_kind,
            cause.ref_id,
            cause.by.0,
            cause.by.1,
            cause.at,
            cause.day
        ]);
    }

    /// First expired, first out.
    pub(super) fn take(&mut self, (item, store): (i64, i64), quantity: i64, cause: &Cause<'_>) {
        let mut left = quantity;
        for one in self.lying((item, store)).to_vec() {
            let units = left.min(one.on_hand);
            if units > 0 && one.expiry > cause.day {
                left -= units;
                self.book((item, one.batch, store), -units, cause);
            }
        }
    }

    /// Writes what has gathered.
    pub(super) async fn put(&mut self, filling: &mut Filling) -> Result<(), DbError> {
        filling.put("stock_batch", BATCH, std::mem::take(&mut self.new_batches)).await?;
        filling.put("stock_receipt", RECEIPT, std::mem::take(&mut self.new_receipts)).await?;
        filling.put("stock_movement", MOVEMENT, std::mem::take(&mut self.movements)).await
    }
}
