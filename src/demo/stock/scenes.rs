//! What a pharmacist of today finds.

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::super::Filling;
use super::ledger::Cause;
use super::{MAIN, Making, PHARMACIST, PHARMACY, TREATMENT};
use crate::db::{DbError, sql};

/// Scarce on the shelf: less than the reorder level.
const LOW: [&str; 3] =
    ["loratadine-10mg-tablet", "oral-rehydration-salts-20-5g-sachet", "metformin-500mg-tablet"];
/// A batch of these is expired and still there.
const EXPIRED: [&str; 2] = ["ciprofloxacin-500mg-tablet", "chlorphenamine-2mg-per-5ml-syrup"];
/// Only what is expired is left.
const ONLY_EXPIRED: &str = "mebendazole-100mg-tablet";
/// What is on its way from the main store, in packs.
const SENT: [(&str, i64); 2] = [("paracetamol-500mg-tablet", 10), ("cetirizine-10mg-tablet", 6)];
const HELD: &str = "amoxicillin-125mg-per-5ml-suspension";
const RECALLED: &str = "amoxicillin-500mg-capsule";

pub(super) async fn write(filling: &mut Filling, making: &mut Making) -> Result<(), DbError> {
    making.restock(filling);
    making.ledger.put(filling).await?;
    states(filling, making).await?;
    orders(filling, making).await?;
    transfer(filling, making).await?;
    count(filling, making).await?;
    correction(filling, making).await
}

impl Making {
    fn of_code(&self, code: &str) -> Option<i64> {
        self.items.values().find(|one| one.code == code).map(|one| one.id)
    }

    /// Enough for some weeks of everything that is used, and a reserve in the main store; but for what is low.
    fn restock(&mut self, filling: &Filling) {
        let (at, day) = (filling.now, filling.today);
        for (id, known) in self.items.clone() {
            if known.medicine == 0 {
                continue;
            }
            self.destroy_expired((id, PHARMACY), at, day);
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
            let month = known.packs(known.recent);
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
        let at = last_moved(filling, batch).await?.max(now - TimeDelta::hours(20));
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
        let at = last_moved(filling, batch).await?.max(now - TimeDelta::hours(3));
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

/// When a batch was last given of: what is held or recalled later is not given any more.
async fn last_moved(filling: &mut Filling, batch: i64) -> Result<DateTime<Utc>, DbError> {
    sql("select max(at) from stock_movement where batch_id = $1")
        .bind(batch)
        .scalar(filling.tx().await?)
        .await
}

async fn event(
    filling: &mut Filling,
    (batch, made, reason): (i64, &'static str, &'static str),
    at: DateTime<Utc>,
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

/// An order that is expected, one that came in part, one that is here, and a draft.
async fn orders(filling: &mut Filling, making: &Making) -> Result<(), DbError> {
    let (now, today) = (filling.now, filling.today);
    let order = [
        (1_i64, "received", 16_i64, Some(today - Days::new(9)), Some(now - TimeDelta::days(8))),
        (2, "part", 9, Some(today - Days::new(1)), None),
        (1, "sent", 3, Some(today + Days::new(3)), None),
        (4, "draft", 0, None, None),
    ];
    let items: Vec<i64> = LOW.iter().chain(&[ONLY_EXPIRED]).filter_map(|code| making.of_code(code)).collect();
    for (at, (supplier, state, days, expected, ended)) in order.into_iter().enumerate() {
        let made = now - TimeDelta::days(days);
        let sent = (state != "draft").then_some(made);
        let id: i64 =
            sql("insert into stock_order (supplier_id, store_id, state, expected_on, made_by, made_name,
                made_at, sent_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id")
            .bind(supplier)
            .bind(MAIN)
            .bind(state)
            .bind(expected)
            .bind(PHARMACIST.0)
            .bind(PHARMACIST.1)
            .bind(made)
            .bind(sent)
            .bind(ended)
            .scalar(filling.tx().await?)
            .await?;
        for (place, item) in items.iter().enumerate() {
            let Some(known) = making.items.get(item) else { continue };
            if at == 2 && place == 3 {
                continue;
            }
            let units = known.pack * (5 + place as i64 * 3);
            let received = match state {
                "received" => units,
                "part" if place < 2 => units,
                _ => 0,
            };
            sql("insert into stock_order_line (order_id, item_id, quantity, received, unit_cost)
                 values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(*item)
            .bind(units)
            .bind(received)
            .bind(known.cost())
            .run(filling.tx().await?)
            .await?;
        }
    }
    Ok(())
}

/// Something is on its way from the main store to the pharmacy.
async fn transfer(filling: &mut Filling, making: &mut Making) -> Result<(), DbError> {
    let (at, day) = (filling.now, filling.today);
    let id: i64 =
        sql("insert into stock_transfer (from_store, to_store, state, note, sent_by, sent_name, sent_at)
         values ($1, $2, 'sent', 'For the weekend', $3, $4, $5) returning id")
        .bind(MAIN)
        .bind(PHARMACY)
        .bind(PHARMACIST.0)
        .bind(PHARMACIST.1)
        .bind(at)
        .scalar(filling.tx().await?)
        .await?;
    for (code, packs) in SENT {
        let Some(item) = making.of_code(code) else { continue };
        let pack = making.items.get(&item).map_or(1, |known| known.pack);
        let Some(lying) = making.ledger.lying((item, MAIN)).first().copied() else { continue };
        let units = (pack * packs).min(lying.on_hand);
        let cause = Cause { kind: "transfer_out", ref_kind: "transfer", ref_id: id, at, day, by: PHARMACIST };
        making.ledger.book((item, lying.batch, MAIN), -units, &cause);
        sql("insert into stock_transfer_line (transfer_id, item_id, batch_id, quantity) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(item)
            .bind(lying.batch)
            .bind(units)
            .run(filling.tx().await?)
            .await?;
    }
    making.ledger.put(filling).await
}

/// The treatment room is being counted; two things differ.
async fn count(filling: &mut Filling, making: &Making) -> Result<(), DbError> {
    let at = filling.now - TimeDelta::minutes(35);
    let id: i64 = sql("insert into stock_count (store_id, state, about, begun_by, begun_name, begun_at)
         values ($1, 'counting', 'Everything', $2, $3, $4) returning id")
    .bind(TREATMENT)
    .bind(PHARMACIST.0)
    .bind(PHARMACIST.1)
    .bind(at)
    .scalar(filling.tx().await?)
    .await?;
    let all: Vec<(i64, i64, i64)> = making
        .items
        .keys()
        .flat_map(|item| {
            making.ledger.lying((*item, TREATMENT)).iter().map(|one| (*item, one.batch, one.on_hand))
        })
        .collect();
    for (place, (item, batch, on_hand)) in all.into_iter().enumerate() {
        let counted = match place {
            0..=12 if place == 4 => Some(on_hand - 2),
            0..=12 if place == 9 => Some(on_hand + 1),
            0..=12 => Some(on_hand),
            _ => None,
        };
        sql("insert into stock_count_line (count_id, item_id, batch_id, book, counted, counted_name, counted_at)
             values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(item)
        .bind(batch)
        .bind(counted.map(|_| on_hand))
        .bind(counted)
        .bind(if counted.is_some() { PHARMACIST.1 } else { "" })
        .bind(counted.map(|_| at + TimeDelta::minutes(12)))
        .run(filling.tx().await?)
        .await?;
    }
    Ok(())
}

/// A loss that waits for a second person.
async fn correction(filling: &mut Filling, making: &Making) -> Result<(), DbError> {
    let Some(item) = making.of_code(HELD) else { return Ok(()) };
    let Some(lying) = making.ledger.lying((item, PHARMACY)).first().copied() else { return Ok(()) };
    let cost = making.items.get(&item).map_or(0, super::Known::cost);
    sql("insert into stock_adjustment (item_id, batch_id, store_id, kind, quantity, reason, note, value, state,
            proposed_by, proposed_name, proposed_at, two_people)
         values ($1, $2, $3, 'damaged', $4, 'damaged', 'Stood warm overnight; the maker says: destroy', $5, 'waiting',
            $6, $7, $8, $9)")
    .bind(item)
    .bind(lying.batch)
    .bind(PHARMACY)
    .bind(lying.on_hand)
    .bind(lying.on_hand * cost)
    .bind(PHARMACIST.0)
    .bind(PHARMACIST.1)
    .bind(filling.now - TimeDelta::hours(2))
    .bind(true)
    .run(filling.tx().await?)
    .await?;
    Ok(())
}
