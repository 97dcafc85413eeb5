//! Units that are reserved for prescribed lines (rule K7). What a line still reserves is told by the view `stock_reserved`;
//! the tables' triggers use up what is given and refuse what would take it from somebody.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::prescribing::model::PrescriptionId;
use crate::stock::model::{ItemId, StoreId};

/// What is reserved of an item in a store for others than this line.
pub async fn of_others(
    store: impl Store,
    (item, place): (ItemId, StoreId),
    line: i64,
    today: NaiveDate,
) -> Result<i64, DbError> {
    sql("select cast(coalesce(sum(quantity), 0) as bigint) from stock_reserved
         where item_id = $1 and store_id = $2 and until >= $3 and line_id <> $4")
    .bind(item)
    .bind(place)
    .bind(today)
    .bind(line)
    .scalar(store)
    .await
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

/// A reservation on its way into its table.
#[derive(Debug, Clone, Copy)]
pub struct NewReservation<'a> {
    pub line: i64,
    pub item: ItemId,
    pub store: StoreId,
    /// Units.
    pub quantity: i64,
    /// The last day on which they are kept.
    pub until: NaiveDate,
    /// Who does it, and what it is called.
    pub by: (Option<AccountId>, &'a str),
}

/// Reserves, instead of what the line reserved before.
pub async fn put(
    tx: &mut Tx,
    new: &NewReservation<'_>,
    (at, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), DbError> {
    let (account, name) = new.by;
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

/// What is reserved for a line.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Reservation {
    /// The line.
    pub line_id: i64,
    /// Its prescription.
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
    sql("select r.line_id, r.prescription_id, s.name as store, r.quantity, r.until, r.account_name
         from stock_reserved r join stock_store s on s.id = r.store_id
         where r.item_id = $1 and r.until >= $2 order by r.until, r.line_id limit 200")
    .bind(item)
    .bind(today)
    .all(store)
    .await
}

/// What is reserved for the lines of a patient.
pub async fn of_patient(
    store: impl Store,
    patient: i64,
    today: NaiveDate,
) -> Result<Vec<Reservation>, DbError> {
    sql("select r.line_id, r.prescription_id, s.name as store, r.quantity, r.until, r.account_name
         from prescription p join stock_reserved r on r.prescription_id = p.id join stock_store s on s.id = r.store_id
         where p.patient_id = $1 and r.until >= $2 order by r.line_id limit 200")
    .bind(patient)
    .bind(today)
    .all(store)
    .await
}
