//! What a doctor prescribes with one press (CO11).

use chrono::{DateTime, Utc};

use super::lines::Line;
use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::prescribing::model::{FavouriteId, Frequency, MedicineId};

/// Most favourites of one doctor.
pub const MOST: i64 = 40;

/// A favourite.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Favourite {
    pub medicine_id: MedicineId,
    pub dose: Option<i64>,
    pub frequency: Frequency,
    pub max_doses_a_day: Option<i64>,
    pub days: Option<i64>,
    pub quantity: i64,
    pub instructions: String,
}

/// A favourite of an account.
pub async fn by_id(
    store: impl Store,
    id: FavouriteId,
    account: AccountId,
) -> Result<Option<Favourite>, DbError> {
    sql("select medicine_id, dose, frequency, max_doses_a_day, days, quantity, instructions
         from prescribing_favourite where id = $1 and account_id = $2")
    .bind(id)
    .bind(account)
    .optional(store)
    .await
}

/// Keeps a line as a favourite; keeping the same again changes nothing. False when there are too many.
pub async fn keep(
    tx: &mut Tx,
    account: AccountId,
    line: &Line,
    words: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let has: i64 = sql("select count(*) from prescribing_favourite where account_id = $1")
        .bind(account)
        .scalar(&mut *tx)
        .await?;
    if has >= MOST {
        return Ok(false);
    }
    sql("insert into prescribing_favourite (account_id, medicine_id, dose, frequency, max_doses_a_day, days, quantity,
            instructions, words, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing")
    .bind(account)
    .bind(line.medicine_id)
    .bind(line.dose)
    .bind(line.frequency)
    .bind(line.max_doses_a_day)
    .bind(line.days)
    .bind(line.quantity)
    .bind(&line.instructions)
    .bind(words)
    .bind(at)
    .run(tx)
    .await?;
    Ok(true)
}

/// Forgets a favourite of an account.
pub async fn forget(tx: &mut Tx, id: FavouriteId, account: AccountId) -> Result<(), DbError> {
    sql("delete from prescribing_favourite where id = $1 and account_id = $2")
        .bind(id)
        .bind(account)
        .run(tx)
        .await?;
    Ok(())
}
