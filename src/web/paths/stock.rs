//! Stock: items, batches, deliveries, orders, transfers, stocktakes.

use std::borrow::Borrow;

use crate::stock::model::{
    AdjustmentId, BatchId, CountId, ItemId, ReceiptId, StockOrderId, StoreId, SupplierId, TransferId,
};

/// What there is; a new item by POST.
pub const STOCK: &str = "/stock/items";
/// The stream of what lies on the shelves.
pub const LIVE: &str = "/stock/stream";
/// What fits a few typed letters.
pub const OPTIONS: &str = "/stock/options";
/// What is expired, expires soon, is held or recalled.
pub const ENDING: &str = "/stock/expiry";
/// A new supply or piece of equipment.
pub const ITEM_NEW: &str = "/stock/items/new";
/// Corrections: what waits for a second person, and the latest.
pub const CORRECTIONS: &str = "/stock/corrections";
/// Receiving a delivery.
pub const RECEIPT_NEW: &str = "/stock/receipts/new";
/// Booking a delivery, by POST.
pub const RECEIPTS: &str = "/stock/receipts";
/// Orders; a new draft by POST.
pub const ORDERS: &str = "/stock/orders";
/// What to order again.
pub const REORDER: &str = "/stock/reorder";
/// Transfers; sending one by POST.
pub const TRANSFERS: &str = "/stock/transfers";
/// Sending things to another store.
pub const TRANSFER_NEW: &str = "/stock/transfers/new";
/// Stocktakes; beginning one by POST.
pub const COUNTS: &str = "/stock/counts";
/// Where things lie; a new place by POST.
pub const STORES: &str = "/stock/stores";
/// Suppliers; a new one by POST.
pub const SUPPLIERS: &str = "/stock/suppliers";
/// The clinic's own rules of stock.
pub const RULES: &str = "/stock/rules";
/// One item with its ledger; what the clinic decides about it by POST.
pub const ITEM: &str = "/stock/items/{id}";
/// One batch.
pub const BATCH: &str = "/stock/batches/{id}";
/// Holding, releasing, recalling a batch, by POST.
pub const BATCH_STATE: &str = "/stock/batches/{id}/state";
/// Correcting the expiry of a batch, by POST.
pub const BATCH_EXPIRY: &str = "/stock/batches/{id}/expiry";
/// Correcting how much of a batch is there, by POST.
pub const CORRECTION: &str = "/stock/batches/{id}/corrections";
/// Deciding a correction that waits, by POST.
pub const DECISION: &str = "/stock/corrections/{id}/decision";
/// One delivery.
pub const RECEIPT: &str = "/stock/receipts/{id}";
/// One order.
pub const ORDER: &str = "/stock/orders/{id}";
/// Sending a draft, by POST.
pub const SENDING: &str = "/stock/orders/{id}/sending";
/// Closing an order, by POST.
pub const CLOSING: &str = "/stock/orders/{id}/closing";
/// One transfer.
pub const TRANSFER: &str = "/stock/transfers/{id}";
/// Accepting what arrived, by POST.
pub const ACCEPTANCE: &str = "/stock/transfers/{id}/acceptance";
/// Refusing a transfer, by POST.
pub const REFUSAL: &str = "/stock/transfers/{id}/refusal";
/// One stocktake; what was counted by POST.
pub const COUNT: &str = "/stock/counts/{id}";
/// What is left to count, on paper.
pub const COUNT_SHEET: &str = "/stock/counts/{id}/sheet";
/// A batch that lies there and stands in no list, by POST.
pub const FOUND: &str = "/stock/counts/{id}/found";
/// Handing it in, by POST.
pub const HAND_IN: &str = "/stock/counts/{id}/hand-in";
/// Giving it back to be counted again, by POST.
pub const RECOUNT: &str = "/stock/counts/{id}/recount";
/// Posting its differences, by POST.
pub const POSTING: &str = "/stock/counts/{id}/posting";
/// Cancelling it, by POST.
pub const COUNT_END: &str = "/stock/counts/{id}/cancellation";
/// One place.
pub const STORE: &str = "/stock/stores/{id}";
/// One supplier.
pub const SUPPLIER: &str = "/stock/suppliers/{id}";

/// One item with its ledger; what the clinic decides about it by POST.
pub fn item(id: impl Borrow<ItemId>) -> String {
    format!("/stock/items/{}", id.borrow())
}

/// One batch.
pub fn batch(id: impl Borrow<BatchId>) -> String {
    format!("/stock/batches/{}", id.borrow())
}

/// Holding, releasing, recalling a batch, by POST.
pub fn batch_state(id: impl Borrow<BatchId>) -> String {
    format!("/stock/batches/{}/state", id.borrow())
}

/// Correcting the expiry of a batch, by POST.
pub fn batch_expiry(id: impl Borrow<BatchId>) -> String {
    format!("/stock/batches/{}/expiry", id.borrow())
}

/// Correcting how much of a batch is there, by POST.
pub fn correction(id: impl Borrow<BatchId>) -> String {
    format!("/stock/batches/{}/corrections", id.borrow())
}

/// Deciding a correction that waits, by POST.
pub fn decision(id: impl Borrow<AdjustmentId>) -> String {
    format!("/stock/corrections/{}/decision", id.borrow())
}

/// One delivery.
pub fn receipt(id: impl Borrow<ReceiptId>) -> String {
    format!("/stock/receipts/{}", id.borrow())
}

/// One order.
pub fn order(id: impl Borrow<StockOrderId>) -> String {
    format!("/stock/orders/{}", id.borrow())
}

/// Sending a draft, by POST.
pub fn sending(id: impl Borrow<StockOrderId>) -> String {
    format!("/stock/orders/{}/sending", id.borrow())
}

/// Closing an order, by POST.
pub fn closing(id: impl Borrow<StockOrderId>) -> String {
    format!("/stock/orders/{}/closing", id.borrow())
}

/// One transfer.
pub fn transfer(id: impl Borrow<TransferId>) -> String {
    format!("/stock/transfers/{}", id.borrow())
}

/// Accepting what arrived, by POST.
pub fn acceptance(id: impl Borrow<TransferId>) -> String {
    format!("/stock/transfers/{}/acceptance", id.borrow())
}

/// Refusing a transfer, by POST.
pub fn refusal(id: impl Borrow<TransferId>) -> String {
    format!("/stock/transfers/{}/refusal", id.borrow())
}

/// One stocktake; what was counted by POST.
pub fn count(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}", id.borrow())
}

/// What is left to count, on paper.
pub fn count_sheet(id: impl Borrow<CountId>) -> String {
    format!("{}/sheet", count(id))
}

/// A batch that lies there and stands in no list, by POST.
pub fn found(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}/found", id.borrow())
}

/// Handing it in, by POST.
pub fn hand_in(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}/hand-in", id.borrow())
}

/// Giving it back to be counted again, by POST.
pub fn recount(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}/recount", id.borrow())
}

/// Posting its differences, by POST.
pub fn posting(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}/posting", id.borrow())
}

/// Cancelling it, by POST.
pub fn count_end(id: impl Borrow<CountId>) -> String {
    format!("/stock/counts/{}/cancellation", id.borrow())
}

/// One place.
pub fn store(id: impl Borrow<StoreId>) -> String {
    format!("/stock/stores/{}", id.borrow())
}

/// One supplier.
pub fn supplier(id: impl Borrow<SupplierId>) -> String {
    format!("/stock/suppliers/{}", id.borrow())
}
