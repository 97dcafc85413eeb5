//! What a pharmacist of today finds.

use chrono::{Days, TimeDelta};

use super::super::Filling;
use super::ledger::Cause;
use super::{MAIN, Making, PHARMACIST, PHARMACY};
use crate::db::{DbError, sql};

/// Scarce on the shelf: less than the reorder level.
const LOW: [&str; 3] =
    ["loratadine-10mg-tablet", "oral-rehydration-salts-20-5g-sachet", "metformin-500mg-tablet"];
/// A batch of these is expired and still there.
const EXPIRED: [&str; 2] = ["ciprofloxacin-500mg-tablet", "chlorphenamine-2mg-per-5ml-syrup"];
/// Only what is expired is left.
const ONLY_EXPIRED: &str = "mebendazole-100mg-tablet";
const HELD: &str = "amoxicillin-125mg-per-5ml-suspension";
const RECALLED: &str = "amoxicillin-500mg-capsule";

pub(super) async fn write(filling: &mut Filling, making: &mut Making) -> Result<(), DbError> {
    making.restock(filling);
    making.ledger.put(filling).await?;
    states(filling, making).await
}

impl Making {
    fn of_code(&self, code: &str) -> Option<i64> {
        self.items.values().find(|one| one.code == code).map(|one| one.id)
    }

    /// Enough for some weeks of everything that is used, and a reserve in the main store; but for what is low.
    fn restock(&mut self, filling: &Filling) {
        let at = filling.now - TimeDelta::days(1);
        let day = filling.clinic.day_of(at);
        for (id, known) in self.items.clone() {
            if known.medicine == 0 {
                continue;
            }
            let lost = |kind| Cause { kind, ref_kind: "", ref_id: 0, at, day, by: PHARMACIST };
            if known.code == ONLY_EXPIRED {
                for one in self.ledger.lying((id, PHARMACY)).to_vec() {
                    self.ledger.book((id, one.batch, PHARMACY), -one.on_hand, &lost("stocktake"));
                }
            }
            if known.code == ONLY_EXPIRED || EXPIRED.contains(&known.code.as_str()) {
                let batch = self.batch(id, self.since, filling.today - Days::new(12));
                let opened = filling.clinic.day_of(self.since).min(filling.today - Days::new(13));
                let cause = Cause { kind: "opening", day: opened, ..lost("opening") };
                self.ledger.book((id, batch, PHARMACY), known.pack.max(20), &cause);
                continue;
            }
            let low = LOW.contains(&known.code.as_str());
            if low {
                let there = self.ledger.usable((id, PHARMACY), day);
                let keep = known.pack.min(there);
                let cause = lost("stocktake");
                self.ledger.take((id, PHARMACY), there - keep, &cause);
            }
            if known.used == 0 || low {
                continue;
            }
            let month = known.packs(known.used * 30 / self.days);
            let receipt = self.ledger.receipt((day, super::supplier(id), PHARMACY), at);
            let cause = Cause { kind: "receipt", ref_kind: "receipt", ref_id: receipt, ..lost("receipt") };
            let expiry = day + self.shelf_life();
            let batch = self.batch(id, at, expiry);
            self.ledger.book((id, batch, PHARMACY), month, &cause);
            self.ledger.book((id, batch, MAIN), month * 2, &cause);
        }
    }
}

/// Holds and recalls.
async fn states(filling: &mut Filling, making: &Making) -> Result<(), DbError> {
    let now = filling.now;
    let first = |code| {
        let item = making.of_code(code)?;
        making.ledger.lying((item, PHARMACY)).first().map(|one| one.batch)
    };
    if let Some(batch) = first(HELD) {
        let at = now - TimeDelta::hours(20);
        let reason = "The fridge stood open overnight; the maker is asked";
        sql("update stock_batch set held_reason = $2, held_at = $3 where id = $1")
            .bind(batch)
            .bind(reason)
            .bind(at)
            .run(filling.tx().await?)
            .await?;
        event(filling, (batch, "held", reason), at).await?;
    }
    if let Some(batch) = first(RECALLED) {
        let at = now - TimeDelta::hours(3);
        let reason = "Maker's letter: capsules of this batch dissolve too slowly";
        sql("update stock_batch set recall_reason = $2, recalled_at = $3 where id = $1")
            .bind(batch)
            .bind(reason)
            .bind(at)
            .run(filling.tx().await?)
            .await?;
        event(filling, (batch, "recalled", reason), at).await?;
    }
    Ok(())
}

async fn event(
    filling: &mut Filling,
    (batch, made, reason): (i64, &'static str, &'static str),
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), DbError> {
    sql("insert into stock_batch_event (batch_id, at, move, reason, account_id, account_name)
         values ($1, $2, $3, $4, $5, $6)")
    .bind(batch)
    .bind(at)
    .bind(made)
    .bind(reason)
    .bind(PHARMACIST.0)
    .bind(PHARMACIST.1)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}
