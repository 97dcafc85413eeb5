//! Orders of suppliers, and what arrived.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{
    AdjustmentId, BatchId, ItemId, OrderState, ReceiptId, StockOrderId, StoreId, SupplierId,
};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Order {
    pub id: StockOrderId,
    pub supplier_id: SupplierId,
    pub supplier: String,
    pub store_id: StoreId,
    pub store: String,
    pub state: OrderState,
    pub expected_on: Option<NaiveDate>,
    pub note: String,
    pub made_name: String,
    pub made_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub version: i64,
    pub lines: i64,
    /// Kobo.
    pub worth: i64,
}

macro_rules! orders {
    ($tail:literal) => {
        concat!(
            "select o.id, o.supplier_id, p.name as supplier, o.store_id, s.name as store, o.state, o.expected_on, o.note,
                o.made_name, o.made_at, o.sent_at, o.ended_at, o.reason, o.version,
                (select count(*) from stock_order_line l where l.order_id = o.id) as lines,
                cast(coalesce((select sum(l.quantity * l.unit_cost) from stock_order_line l where l.order_id = o.id), 0)
                    as bigint) as worth
             from stock_order o join supplier p on p.id = o.supplier_id join stock_store s on s.id = o.store_id ",
            $tail
        )
    };
}

/// Open orders first, then the latest others.
pub async fn all(store: impl Store) -> Result<Vec<Order>, DbError> {
    sql(orders!(
        "order by case when o.state in ('draft', 'sent', 'part') then 0 else 1 end, o.id desc limit 100"
    ))
    .all(store)
    .await
}

/// One order.
pub async fn by_id(store: impl Store, id: StockOrderId) -> Result<Option<Order>, DbError> {
    sql(orders!("where o.id = $1")).bind(id).optional(store).await
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct OrderLine {
    pub id: i64,
    pub item_id: ItemId,
    pub item: String,
    pub unit: String,
    pub pack: i64,
    pub quantity: i64,
    /// What really came: without what was entered by a slip.
    pub received: i64,
    /// Kobo of one unit.
    pub unit_cost: i64,
}

/// The lines of an order.
pub async fn lines(store: impl Store, order: StockOrderId) -> Result<Vec<OrderLine>, DbError> {
    sql("select l.id, l.item_id, i.name as item, i.unit, i.pack, l.quantity, l.received - l.corrected as received, l.unit_cost
         from stock_order_line l join stock_item i on i.id = l.item_id where l.order_id = $1 order by i.folded, l.id")
    .bind(order)
    .all(store)
    .await
}

/// An order on its way in.
#[derive(Debug)]
pub struct NewOrder<'a> {
    pub supplier: SupplierId,
    pub store: StoreId,
    pub expected: Option<NaiveDate>,
    pub note: &'a str,
    pub by: (Option<AccountId>, &'a str),
    pub at: DateTime<Utc>,
}

/// Makes a draft.
pub async fn insert(tx: &mut Tx, new: &NewOrder<'_>) -> Result<StockOrderId, DbError> {
    sql("insert into stock_order (supplier_id, store_id, state, expected_on, note, made_by, made_name, made_at)
         values ($1, $2, 'draft', $3, $4, $5, $6, $7) returning id")
    .bind(new.supplier)
    .bind(new.store)
    .bind(new.expected)
    .bind(new.note)
    .bind(new.by.0)
    .bind(new.by.1)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// Puts a line into a draft; the cost is the last one that was paid.
pub async fn add_line(tx: &mut Tx, order: StockOrderId, item: ItemId, quantity: i64) -> Result<(), DbError> {
    sql("insert into stock_order_line (order_id, item_id, quantity, unit_cost)
         select $1, $2, $3, coalesce((select b.unit_cost from stock_batch b where b.item_id = $2
            and b.unit_cost > 0 order by b.id desc limit 1), 0)
         where exists (select 1 from stock_order where id = $1 and state = 'draft')
         on conflict (order_id, item_id) do update set quantity = excluded.quantity")
    .bind(order)
    .bind(item)
    .bind(quantity)
    .run(tx)
    .await?;
    Ok(())
}

/// Sends a draft.
pub async fn send(
    tx: &mut Tx,
    (id, version): (StockOrderId, i64),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update stock_order set state = 'sent', sent_at = $3, version = version + 1
         where id = $1 and version = $2 and state = 'draft'")
    .bind(id)
    .bind(version)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Closes an order of which nothing more is expected.
pub async fn close(
    tx: &mut Tx,
    (id, version): (StockOrderId, i64),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update stock_order set state = 'closed', ended_at = $3, reason = $4, version = version + 1
         where id = $1 and version = $2 and state in ('draft', 'sent', 'part')")
        .bind(id)
        .bind(version)
        .bind(at)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Takes an order for the rest of the transaction if it still stands as it was seen, and something is expected of it.
pub async fn stands(tx: &mut Tx, id: StockOrderId, version: i64) -> Result<bool, DbError> {
    let held = sql(
        "update stock_order set version = version where id = $1 and version = $2 and state in ('sent', 'part')",
    )
    .bind(id)
    .bind(version)
    .run(tx)
    .await?;
    Ok(held == 1)
}

/// Counts what arrived of an order that was sent; false when none is expected of it.
pub async fn arrived(tx: &mut Tx, order: StockOrderId, item: ItemId, quantity: i64) -> Result<bool, DbError> {
    let changed =
        sql("update stock_order_line set received = received + $3 where order_id = $1 and item_id = $2
         and exists (select 1 from stock_order where id = $1 and state in ('sent', 'part'))")
        .bind(order)
        .bind(item)
        .bind(quantity)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// The state follows from what arrived; it opens again when that was a slip.
pub async fn follow(tx: &mut Tx, order: StockOrderId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update stock_order set state = case when exists (select 1 from stock_order_line l
            where l.order_id = $1 and l.received - l.corrected < l.quantity) then 'part' else 'received' end,
            ended_at = case when exists (select 1 from stock_order_line l
                where l.order_id = $1 and l.received - l.corrected < l.quantity) then null else coalesce(ended_at, $2) end,
            version = version + 1
         where id = $1 and state in ('sent', 'part', 'received')")
    .bind(order)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Notes that so many units, which stand as arrived, never came; false when the order has no such line.
pub async fn slipped(tx: &mut Tx, order: StockOrderId, item: ItemId, units: i64) -> Result<bool, DbError> {
    let changed = sql("update stock_order_line set corrected = corrected
            + case when received - corrected < $3 then received - corrected else $3 end
         where order_id = $1 and item_id = $2")
    .bind(order)
    .bind(item)
    .bind(units)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Takes the order of the last delivery of a batch for the rest of the transaction, if it came with one.
pub async fn hold_of_batch(tx: &mut Tx, batch: BatchId) -> Result<(), DbError> {
    sql("update stock_order set version = version where id = (select r.order_id from stock_movement m
            join stock_receipt r on r.id = m.ref_id where m.batch_id = $1 and m.ref_kind = 'receipt'
            order by m.id desc limit 1)")
    .bind(batch)
    .run(tx)
    .await?;
    Ok(())
}

/// The last delivery of a batch.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct LastDelivery {
    pub order_id: Option<StockOrderId>,
    /// What came of the batch with it.
    pub units: i64,
    /// What of it was a slip, by corrections until now.
    pub corrected: i64,
}

/// The last delivery of a batch, as it stood before the correction `beside`.
pub async fn last_of_batch(
    store: impl Store,
    (item, batch): (ItemId, BatchId),
    beside: AdjustmentId,
) -> Result<Option<LastDelivery>, DbError> {
    sql("select r.order_id, cast((select sum(x.quantity) from stock_movement x
                where x.batch_id = $2 and x.ref_kind = 'receipt' and x.ref_id = r.id) as bigint) as units,
            cast(coalesce((select sum(a.quantity) from stock_adjustment a where a.item_id = $1 and a.batch_id = $2
                and a.reason = 'too_much' and a.state = 'done' and a.id <> $3 and a.decided_at >= r.at), 0) as bigint)
                as corrected
         from stock_movement m join stock_receipt r on r.id = m.ref_id
         where m.batch_id = $2 and m.ref_kind = 'receipt' order by m.id desc limit 1")
    .bind(item)
    .bind(batch)
    .bind(beside)
    .optional(store)
    .await
}

/// What arrived at one moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Receipt {
    pub id: ReceiptId,
    pub store: String,
    pub supplier: String,
    pub order_id: Option<StockOrderId>,
    pub note: String,
    pub account_name: String,
    pub at: DateTime<Utc>,
}

macro_rules! receipts {
    ($tail:literal) => {
        concat!(
            "select r.id, s.name as store, coalesce(p.name, '') as supplier, r.order_id, r.note, r.account_name, r.at
             from stock_receipt r join stock_store s on s.id = r.store_id left join supplier p on p.id = r.supplier_id
             where ",
            $tail
        )
    };
}

/// One receipt.
pub async fn receipt(store: impl Store, id: ReceiptId) -> Result<Option<Receipt>, DbError> {
    sql(receipts!("r.id = $1")).bind(id).optional(store).await
}

/// What arrived last against an order.
pub async fn last_receipt(store: impl Store, order: StockOrderId) -> Result<Option<Receipt>, DbError> {
    sql(receipts!("r.order_id = $1 order by r.id desc limit 1")).bind(order).optional(store).await
}

/// What a pack of a batch cost in a delivery.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Price {
    pub batch_id: BatchId,
    pub pack: i64,
    /// Kobo.
    pub pack_cost: i64,
}

/// What the packs of a delivery cost.
pub async fn prices(store: impl Store, receipt: ReceiptId) -> Result<Vec<Price>, DbError> {
    sql("select batch_id, pack, pack_cost from stock_receipt_price where receipt_id = $1")
        .bind(receipt)
        .all(store)
        .await
}

/// Keeps what a pack of a batch cost in a delivery.
pub async fn price(
    tx: &mut Tx,
    (receipt, batch): (ReceiptId, BatchId),
    (pack, cost): (i64, i64),
) -> Result<(), DbError> {
    sql("insert into stock_receipt_price (receipt_id, batch_id, pack, pack_cost) values ($1, $2, $3, $4)")
        .bind(receipt)
        .bind(batch)
        .bind(pack)
        .bind(cost)
        .run(tx)
        .await?;
    Ok(())
}

/// What is said when things arrive.
#[derive(Debug)]
pub struct NewReceipt<'a> {
    pub store: StoreId,
    pub supplier: Option<SupplierId>,
    pub order: Option<StockOrderId>,
    pub note: &'a str,
    pub by: (Option<AccountId>, &'a str),
    pub at: DateTime<Utc>,
}

/// Makes a receipt; its lines are the ledger's.
pub async fn insert_receipt(tx: &mut Tx, new: &NewReceipt<'_>) -> Result<ReceiptId, DbError> {
    sql("insert into stock_receipt (store_id, supplier_id, order_id, note, account_id, account_name, at)
         values ($1, $2, $3, $4, $5, $6, $7) returning id")
    .bind(new.store)
    .bind(new.supplier)
    .bind(new.order)
    .bind(new.note)
    .bind(new.by.0)
    .bind(new.by.1)
    .bind(new.at)
    .scalar(tx)
    .await
}
