//! Units that are reserved for prescribed lines (rule K7). What a line still reserves is told by the view `stock_reserved`;
//! the tables' triggers use up what is given and refuse what would take it from somebody.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::prescribing::model::PrescriptionId;
use crate::stock::model::{ItemId, StoreId};

/// Units of a prescribed medicine for whom it was prescribed.
#[derive(Debug, Clone, Copy)]
pub struct NewReservation {
    /// The prescribed line.
    pub line: i64,
    /// Its medicine.
    pub item: ItemId,
    /// Where they lie.
    pub store: StoreId,
    /// The least that leaves.
    pub step: i64,
    /// Units.
    pub quantity: i64,
    /// The last day on which they are kept.
    pub until: NaiveDate,
}

/// What is reserved of an item in a store for others than this line.
pub async fn of_others(store: impl Store, new: &NewReservation, today: NaiveDate) -> Result<i64, DbError> {
    sql("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved
         where item_id = $1 and store_id = $2 and until >= $3 and line_id <> $4")
    .bind(new.item)
    .bind(new.store)
    .bind(today)
    .bind(new.line)
    .scalar(store)
    .await
}

/// Reserves, instead of what the line reserved before; by whom, and what they are called.
pub async fn put(
    tx: &mut Tx,
    new: &NewReservation,
    (account, name): (Option<AccountId>, &str),
    (at, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), DbError> {
    sql("insert into stock_reservation (line_id, item_id, store_id, quantity, until, day, at, account_id, account_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (line_id) do update set item_id = excluded.item_id, store_id = excluded.store_id,
            quantity = excluded.quantity, until = excluded.until, day = excluded.day, at = excluded.at,
            account_id = excluded.account_id, account_name = excluded.account_name")
    .bind(new.line)
    .bind(new.item)
    .bind(new.store)
    .bind(new.quantity)
    .bind(new.until)
    .bind(today)
    .bind(at)
    .bind(account)
    .bind(name)
    .run(tx)
    .await?;
    Ok(())
}

/// Reserves nothing for a line any more; false when nothing was.
pub async fn end(tx: &mut Tx, line: i64, at: DateTime<Utc>) -> Result<bool, DbError> {
    let ended = sql("update stock_reservation set quantity = 0, at = $2 where line_id = $1 and quantity > 0")
        .bind(line)
        .bind(at)
        .run(tx)
        .await?;
    Ok(ended == 1)
}

/// Forgets the units of those whose day is over. They count for nothing already; the indexes stay as small as what counts.
pub async fn forget_past(tx: &mut Tx, today: NaiveDate) -> Result<u64, DbError> {
    sql("update stock_reservation set quantity = 0 where quantity > 0 and until < $1")
        .bind(today)
        .run(tx)
        .await
}

/// What is reserved of an item.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Reservation {
    /// The prescription.
    pub prescription_id: PrescriptionId,
    /// The store in which it lies.
    pub store: String,
    /// Units.
    pub quantity: i64,
    /// The last day on which they are kept.
    pub until: NaiveDate,
    /// Who reserved it; empty when it was the clinic's rule.
    pub account_name: String,
}

/// What of an item is reserved, the first to end first.
pub async fn of_item(store: impl Store, item: ItemId, today: NaiveDate) -> Result<Vec<Reservation>, DbError> {
    sql("select r.prescription_id, s.name as store, r.quantity, r.until, r.account_name
         from stock_reserved r join stock_store s on s.id = r.store_id
         where r.item_id = $1 and r.until >= $2 order by r.until, r.line_id limit 200")
    .bind(item)
    .bind(today)
    .all(store)
    .await
}

/// What is reserved for a line.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct ForLine {
    /// The line.
    pub line_id: i64,
    /// Units.
    pub quantity: i64,
    /// The last day on which they are kept.
    pub until: NaiveDate,
}

/// What is reserved for the lines of a patient.
pub async fn of_patient(store: impl Store, patient: i64, today: NaiveDate) -> Result<Vec<ForLine>, DbError> {
    // From the patient's lines: joined with the view, PostgreSQL begins with everybody's reservations.
    // Only what can be given: batches may have been held or recalled, or have expired, since it was reserved.
    sql("select w.line_id, w.quantity, w.until from (
            select l.id as line_id,
                (select cast(case when o.quantity < o.usable then o.quantity else o.usable end as bigint) from
                    (select r.quantity, (select coalesce(sum(s.on_hand), 0) from stock_level s
                            join stock_batch b on b.id = s.batch_id
                            where s.item_id = r.item_id and s.store_id = r.store_id and s.on_hand > 0 and b.expiry > $2
                                and b.held_at is null and b.recalled_at is null) as usable
                        from stock_reserved r where r.line_id = l.id and r.until >= $2) o) as quantity,
                (select r.until from stock_reserved r where r.line_id = l.id and r.until >= $2) as until
            from prescription_line l where l.patient_id = $1 and l.state in ('open', 'partly', 'paused')) w
         where w.quantity > 0 order by w.line_id limit 200")
    .bind(patient)
    .bind(today)
    .all(store)
    .await
}
