//! What is on the way from one store to another.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, ItemId, StoreId, StoreKind, TransferId, TransferState};

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Transfer {
    pub id: TransferId,
    pub from_store: StoreId,
    pub from_name: String,
    pub from_kind: StoreKind,
    pub to_store: StoreId,
    pub to_name: String,
    pub state: TransferState,
    pub note: String,
    pub sent_by: Option<AccountId>,
    pub sent_name: String,
    pub sent_at: DateTime<Utc>,
    pub ended_name: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub version: i64,
    pub lines: i64,
}

macro_rules! transfers {
    ($tail:literal) => {
        concat!(
            "select t.id, t.from_store, f.name as from_name, f.kind as from_kind, t.to_store, o.name as to_name, t.state, t.note, t.sent_by, t.sent_name,
                t.sent_at, t.ended_name, t.ended_at, t.reason, t.version,
                (select count(*) from stock_transfer_line l where l.transfer_id = t.id) as lines
             from stock_transfer t join stock_store f on f.id = t.from_store join stock_store o on o.id = t.to_store ",
            $tail
        )
    };
}

/// Those on their way first, then the latest others.
pub async fn all(store: impl Store) -> Result<Vec<Transfer>, DbError> {
    sql(transfers!("order by case when t.state = 'sent' then 0 else 1 end, t.id desc limit 100"))
        .all(store)
        .await
}

/// One transfer.
pub async fn by_id(store: impl Store, id: TransferId) -> Result<Option<Transfer>, DbError> {
    sql(transfers!("where t.id = $1")).bind(id).optional(store).await
}

/// One batch of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct TransferLine {
    pub id: i64,
    pub item_id: ItemId,
    pub item: String,
    pub unit: String,
    pub pack: i64,
    pub batch_id: BatchId,
    pub number: String,
    pub expiry: NaiveDate,
    pub quantity: i64,
    pub accepted: Option<i64>,
    /// Kobo of one unit.
    pub unit_cost: i64,
    /// Whether it is a controlled medicine.
    pub controlled: bool,
}

/// The batches of a transfer.
pub async fn lines(store: impl Store, transfer: TransferId) -> Result<Vec<TransferLine>, DbError> {
    sql("select l.id, l.item_id, i.name as item, i.unit, i.pack, l.batch_id, b.number, b.expiry, l.quantity, l.accepted,
            b.unit_cost, coalesce(m.controlled, false) as controlled
         from stock_transfer_line l join stock_item i on i.id = l.item_id join stock_batch b on b.id = l.batch_id
         left join medicine m on m.id = i.medicine_id
         where l.transfer_id = $1 order by i.folded, b.expiry, l.id")
    .bind(transfer)
    .all(store)
    .await
}

/// Who sends, from where, to where.
#[derive(Debug)]
pub struct NewTransfer<'a> {
    pub from: StoreId,
    pub to: StoreId,
    pub note: &'a str,
    pub by: (Option<AccountId>, &'a str),
    pub at: DateTime<Utc>,
}

/// Sends it on its way.
///
/// # Errors
/// A violation of `stock_transfer_stores` when one of the stores is closed, of `stock_transfer_quarantine` when it leaves the
/// quarantine without a reason.
pub async fn insert(tx: &mut Tx, new: &NewTransfer<'_>) -> Result<TransferId, DbError> {
    sql("insert into stock_transfer (from_store, to_store, state, note, sent_by, sent_name, sent_at)
         values ($1, $2, 'sent', $3, $4, $5, $6) returning id")
    .bind(new.from)
    .bind(new.to)
    .bind(new.note)
    .bind(new.by.0)
    .bind(new.by.1)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// Puts units of a batch onto it.
pub async fn add_line(
    tx: &mut Tx,
    transfer: TransferId,
    (item, batch): (ItemId, BatchId),
    quantity: i64,
) -> Result<(), DbError> {
    sql("insert into stock_transfer_line (transfer_id, item_id, batch_id, quantity) values ($1, $2, $3, $4)")
        .bind(transfer)
        .bind(item)
        .bind(batch)
        .bind(quantity)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends it if it is still on its way.
pub async fn end(
    tx: &mut Tx,
    (id, to): (TransferId, TransferState),
    (by, name): (Option<AccountId>, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update stock_transfer set state = $2, ended_by = $3, ended_name = $4, reason = $5,
            ended_at = $6, version = version + 1 where id = $1 and state = 'sent'")
    .bind(id)
    .bind(to)
    .bind(by)
    .bind(name)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// What arrived of a line.
pub async fn accept(tx: &mut Tx, line: i64, accepted: i64) -> Result<(), DbError> {
    sql("update stock_transfer_line set accepted = $2 where id = $1")
        .bind(line)
        .bind(accepted)
        .run(tx)
        .await?;
    Ok(())
}
