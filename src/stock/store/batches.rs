//! Batches, and what is done to them without moving a unit.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, BatchMove, ItemId, SupplierId};

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The item.
    pub item_id: ItemId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// Kobo of one unit: the average of what was paid for what is there.
    pub unit_cost: i64,
    /// Who delivered it first.
    pub supplier_id: Option<SupplierId>,
    /// When it first came.
    pub received_at: DateTime<Utc>,
    /// Why it is on hold; empty unless it is.
    pub held_reason: String,
    /// Since when it is on hold.
    pub held_at: Option<DateTime<Utc>>,
    /// Why it is recalled; empty unless it is.
    pub recall_reason: String,
    /// Since when it is recalled.
    pub recalled_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i64,
}

macro_rules! batches {
    ($tail:literal) => {
        concat!(
            "select b.id, b.item_id, b.number, b.expiry, b.unit_cost, b.supplier_id, b.received_at, b.held_reason,
                b.held_at, b.recall_reason, b.recalled_at, b.version from stock_batch b where ",
            $tail
        )
    };
}

/// One batch.
pub async fn by_id(store: impl Store, id: BatchId) -> Result<Option<Batch>, DbError> {
    sql(batches!("b.id = $1")).bind(id).optional(store).await
}

/// The batch of a number.
pub async fn of_number(store: impl Store, item: ItemId, number: &str) -> Result<Option<Batch>, DbError> {
    sql(batches!("b.item_id = $1 and b.number = $2")).bind(item).bind(number).optional(store).await
}

/// Kobo that one unit of the item cost when it was last paid for, whatever was given for nothing since; 0 when it never
/// was. What was there before the first delivery counts by its batch.
pub async fn last_cost(store: impl Store, item: ItemId) -> Result<i64, DbError> {
    sql("select coalesce((select m.unit_cost from stock_movement m
                where m.item_id = $1 and m.kind = 'receipt' and m.unit_cost > 0 order by m.id desc limit 1),
            (select b.unit_cost from stock_batch b where b.item_id = $1 and b.unit_cost > 0
                order by b.id desc limit 1), 0)")
    .bind(item)
    .scalar(store)
    .await
}

/// What there is of a batch: in all stores, and on its way between them.
pub async fn there(store: impl Store, id: BatchId) -> Result<i64, DbError> {
    sql("select b.on_hand + cast(coalesce((select sum(l.quantity) from stock_transfer_line l
                join stock_transfer t on t.id = l.transfer_id where l.batch_id = b.id and t.state = 'sent'), 0) as bigint)
         from stock_batch b where b.id = $1")
    .bind(id)
    .scalar(store)
    .await
}

/// Keeps what one unit of it costs from now on.
pub async fn set_cost(tx: &mut Tx, id: BatchId, unit_cost: i64) -> Result<(), DbError> {
    sql("update stock_batch set unit_cost = $2 where id = $1").bind(id).bind(unit_cost).run(tx).await?;
    Ok(())
}

/// A batch on its way in.
#[derive(Debug)]
pub struct NewBatch<'a> {
    /// The item.
    pub item: ItemId,
    /// The number on the pack.
    pub number: &'a str,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// Kobo of one unit.
    pub unit_cost: i64,
    pub supplier: Option<SupplierId>,
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// Makes a batch; none when the item has one of that number.
pub async fn insert(tx: &mut Tx, new: &NewBatch<'_>) -> Result<Option<BatchId>, DbError> {
    let row: Option<(BatchId,)> =
        sql("insert into stock_batch (item_id, number, expiry, unit_cost, supplier_id, received_at)
             values ($1, $2, $3, $4, $5, $6) on conflict (item_id, number) do nothing returning id")
        .bind(new.item)
        .bind(new.number)
        .bind(new.expiry)
        .bind(new.unit_cost)
        .bind(new.supplier)
        .bind(new.at)
        .optional(tx)
        .await?;
    Ok(row.map(|row| row.0))
}

/// What was done to a batch without moving a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct BatchEvent {
    pub made: BatchMove,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Somebody's words.
    pub words: String,
    /// Somebody's words.
    pub reason: String,
    /// Who wrote it.
    pub account_id: Option<AccountId>,
    /// The name then.
    pub account_name: String,
}

/// Who did what to a batch.
#[derive(Debug)]
pub struct NewBatchEvent<'a> {
    /// The batch.
    pub batch: BatchId,
    pub made: BatchMove,
    /// Somebody's words.
    pub words: &'a str,
    /// Somebody's words.
    pub reason: &'a str,
    pub by: (Option<AccountId>, &'a str),
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// Writes it down.
pub async fn note(tx: &mut Tx, new: &NewBatchEvent<'_>) -> Result<(), DbError> {
    sql("insert into stock_batch_event (batch_id, at, move, words, reason, account_id, account_name)
         values ($1, $2, $3, $4, $5, $6, $7)")
    .bind(new.batch)
    .bind(new.at)
    .bind(new.made)
    .bind(new.words)
    .bind(new.reason)
    .bind(new.by.0)
    .bind(new.by.1)
    .run(tx)
    .await?;
    Ok(())
}

/// What was done to a batch, newest first.
pub async fn events(store: impl Store, batch: BatchId) -> Result<Vec<BatchEvent>, DbError> {
    sql("select move as made, at, words, reason, account_id, account_name from stock_batch_event where batch_id = $1
         order by id desc limit 200")
    .bind(batch)
    .all(store)
    .await
}

/// Puts a batch on hold that is not, or takes the hold away with an empty reason. False when somebody was quicker.
pub async fn hold(
    tx: &mut Tx,
    (id, version): (BatchId, i64),
    reason: &str,
    at: Option<DateTime<Utc>>,
) -> Result<bool, DbError> {
    let changed = sql("update stock_batch set held_reason = $3, held_at = $4, version = version + 1
         where id = $1 and version = $2 and (held_at is null) = ($3 <> '')")
    .bind(id)
    .bind(version)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Recalls a batch that is not, or ends the recall with an empty reason. False when somebody was quicker.
pub async fn recall(
    tx: &mut Tx,
    (id, version): (BatchId, i64),
    reason: &str,
    at: Option<DateTime<Utc>>,
) -> Result<bool, DbError> {
    let changed = sql("update stock_batch set recall_reason = $3, recalled_at = $4, version = version + 1
         where id = $1 and version = $2 and (recalled_at is null) = ($3 <> '')")
    .bind(id)
    .bind(version)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Corrects the expiry. What lasts longer by that is on hold from then on, unless it was already. False when somebody
/// was quicker.
pub async fn correct(
    tx: &mut Tx,
    (id, version): (BatchId, i64),
    expiry: NaiveDate,
    (reason, at): (&str, DateTime<Utc>),
) -> Result<bool, DbError> {
    let changed = sql("update stock_batch set version = version + 1, expiry = $3,
                held_reason = case when held_at is null and $3 > expiry then $4 else held_reason end,
                held_at = case when held_at is null and $3 > expiry then $5 else held_at end
         where id = $1 and version = $2")
    .bind(id)
    .bind(version)
    .bind(expiry)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
