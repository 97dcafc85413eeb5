//! Items, their batches, and what procedures call them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, ItemId, ItemKind, SupplierId};

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// The medicine it is.
    pub medicine_id: Option<i64>,
    /// What it is called.
    pub name: String,
    /// The smallest unit.
    pub unit: String,
    /// Units of a pack; a conversion, nothing else.
    pub pack: i64,
    /// The least that leaves.
    pub step: i64,
    /// Below this it is low.
    pub reorder_level: Option<i64>,
    /// Days until a delivery is here.
    pub lead_days: i64,
    /// Days that a delivery should last.
    pub cover_days: i64,
    /// Whether it is still kept.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
}

macro_rules! items {
    ($tail:literal) => {
        concat!(
            "select i.id, i.kind, i.medicine_id, i.name, i.unit, i.pack, i.step, i.reorder_level, i.lead_days,
                i.cover_days, i.active, i.version from stock_item i ",
            $tail
        )
    };
}

/// One item.
pub async fn by_id(store: impl Store, id: ItemId) -> Result<Option<Item>, DbError> {
    sql(items!("where i.id = $1")).bind(id).optional(store).await
}

/// Every item in the order of names.
pub async fn all(store: impl Store) -> Result<Vec<Item>, DbError> {
    sql(items!("order by i.folded, i.id")).all(store).await
}

/// The item of a medicine.
pub async fn of_medicine(store: impl Store, medicine: i64) -> Result<Option<ItemId>, DbError> {
    let row: Option<(ItemId,)> =
        sql("select id from stock_item where medicine_id = $1").bind(medicine).optional(store).await?;
    Ok(row.map(|row| row.0))
}

/// Takes the item for the rest of the transaction: whoever books the same one waits. False when there is none.
pub async fn hold(tx: &mut Tx, id: ItemId) -> Result<bool, DbError> {
    let held = sql("update stock_item set moves = moves + 1 where id = $1").bind(id).run(tx).await?;
    Ok(held == 1)
}

/// An item that is no medicine.
#[derive(Debug)]
pub struct NewItem<'a> {
    /// What it is.
    pub kind: ItemKind,
    /// What it is called.
    pub name: &'a str,
    pub folded: &'a str,
    /// The smallest unit.
    pub unit: &'a str,
    pub pack: i64,
    /// Below this it is low.
    pub reorder_level: Option<i64>,
}

/// Makes an item; none when there is one of that name.
pub async fn insert(tx: &mut Tx, new: &NewItem<'_>) -> Result<Option<ItemId>, DbError> {
    let row: Option<(ItemId,)> =
        sql("insert into stock_item (kind, name, folded, unit, pack, step, reorder_level)
             values ($1, $2, $3, $4, $5, 1, $6)
             on conflict (folded) where medicine_id is null do nothing returning id")
        .bind(new.kind)
        .bind(new.name)
        .bind(new.folded)
        .bind(new.unit)
        .bind(new.pack)
        .bind(new.reorder_level)
        .optional(tx)
        .await?;
    Ok(row.map(|row| row.0))
}

/// Changes what the clinic decides about an item, if it is still at this version. What a medicine is called and how it
/// is packed is the catalogue's.
pub async fn update(tx: &mut Tx, new: &Item, folded: &str) -> Result<bool, DbError> {
    let changed = sql("update stock_item set lead_days = $3, cover_days = $4,
            name = case when medicine_id is null then $5 else name end,
            folded = case when medicine_id is null then $6 else folded end,
            unit = case when medicine_id is null then $7 else unit end,
            pack = case when medicine_id is null then $8 else pack end,
            reorder_level = case when medicine_id is null then $9 else reorder_level end,
            active = case when medicine_id is null then $10 else active end,
            version = version + 1 where id = $1 and version = $2")
    .bind(new.id)
    .bind(new.version)
    .bind(new.lead_days)
    .bind(new.cover_days)
    .bind(&new.name)
    .bind(folded)
    .bind(&new.unit)
    .bind(new.pack)
    .bind(new.reorder_level)
    .bind(new.active)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// What procedures call a thing, and the item that it is.
pub async fn aliases(store: impl Store) -> Result<Vec<(String, ItemId)>, DbError> {
    sql("select name, item_id from stock_alias order by name").all(store).await
}

/// Lets a name of procedures mean an item from now on.
pub async fn name(tx: &mut Tx, name: &str, item: ItemId) -> Result<(), DbError> {
    sql("insert into stock_alias (name, item_id) values ($1, $2)
         on conflict (name) do update set item_id = excluded.item_id")
    .bind(name)
    .bind(item)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes all names of an item away.
pub async fn unname(tx: &mut Tx, item: ItemId) -> Result<(), DbError> {
    sql("delete from stock_alias where item_id = $1").bind(item).run(tx).await?;
    Ok(())
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The item.
    pub item_id: ItemId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    pub expiry: NaiveDate,
    /// Kobo of one unit when it first came.
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
pub async fn batch(store: impl Store, id: BatchId) -> Result<Option<Batch>, DbError> {
    sql(batches!("b.id = $1")).bind(id).optional(store).await
}

/// The batch of a number.
pub async fn batch_of_number(
    store: impl Store,
    item: ItemId,
    number: &str,
) -> Result<Option<Batch>, DbError> {
    sql(batches!("b.item_id = $1 and b.number = $2")).bind(item).bind(number).optional(store).await
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
pub async fn insert_batch(tx: &mut Tx, new: &NewBatch<'_>) -> Result<Option<BatchId>, DbError> {
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
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
pub struct BatchEvent {
    #[sqlx(rename = "move")]
    #[serde(rename = "move")]
    pub made: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Somebody's words.
    pub words: String,
    /// Somebody's words.
    pub reason: String,
    /// Who wrote it.
    pub account_name: String,
}

/// Who did what to a batch.
#[derive(Debug)]
pub struct NewBatchEvent<'a> {
    /// The batch.
    pub batch: BatchId,
    pub made: &'static str,
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
    sql("select move, at, words, reason, account_name from stock_batch_event where batch_id = $1
         order by id desc limit 200")
    .bind(batch)
    .all(store)
    .await
}
