//! What arrives: batches are made or met, the ledger is written, the order is counted.

use chrono::NaiveDate;

use super::{Refused, bring, doer, in_words};
use crate::audit::Entry;
use crate::stock::model::{
    BatchId, ItemId, Kind, Out, ReceiptId, StockOrderId, StoreId, SupplierId, cost_together, expiry_words,
};
use crate::stock::store::batches::{self, NewBatch};
use crate::stock::store::items;
use crate::stock::store::orders::{self, NewReceipt};
use crate::work::Work;

/// One batch that arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The item.
    pub item: ItemId,
    /// What it is called, for sentences.
    pub name: String,
    /// The number on the pack.
    pub number: String,
    /// Its expiry.
    pub expiry: NaiveDate,
    /// Smallest units.
    pub quantity: i64,
    /// Kobo of one unit.
    pub unit_cost: i64,
    /// What a pack holds and costs, as it stands on the supplier's paper.
    pub price: Option<(i64, i64)>,
}

/// Where it arrives, from whom, against which order.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The store.
    pub store: StoreId,
    /// Who delivered.
    pub supplier: Option<SupplierId>,
    /// The order, if there was one.
    pub order: Option<StockOrderId>,
    /// What stands on the paper.
    pub note: &'a str,
}

/// The batch of an arrival: a known one of the same expiry, or a new one (rule K5).
///
/// # Errors
/// A sentence when it is known with another expiry.
pub(super) async fn batch(
    work: &mut Work,
    one: &Arrival,
    supplier: Option<SupplierId>,
) -> Result<BatchId, Refused> {
    let (item, number, expiry, unit_cost) = (one.item, one.number.as_str(), one.expiry, one.unit_cost);
    let new = NewBatch { item, number, expiry, unit_cost, supplier, at: work.now() };
    if let Some(id) = batches::insert(work.tx(), &new).await.map_err(in_words)? {
        return Ok(id);
    }
    let known = batches::of_number(work.tx(), item, number).await?.ok_or(Refused::NotFound)?;
    if known.expiry != expiry {
        return Err(Refused::Because(format!(
            "Batch {number} of {} is known and expires on {}, not on {}. Look at the pack: correct what you typed, or \
             correct the expiry of the known batch first",
            one.name,
            expiry_words(known.expiry),
            expiry_words(expiry)
        )));
    }
    Ok(known.id)
}

/// What one unit of a batch costs when more of it comes: the average of what is there and what arrives, so that what was
/// given for nothing does not make worthless what was paid. The ledger's row says what was paid for these units.
async fn recost(work: &mut Work, batch: BatchId, one: &Arrival) -> Result<(), Refused> {
    let known = batches::by_id(work.tx(), batch).await?.ok_or(Refused::NotFound)?;
    if known.unit_cost != one.unit_cost {
        let there = batches::there(work.tx(), batch).await?;
        let cost = cost_together((there, known.unit_cost), (one.quantity, one.unit_cost));
        batches::set_cost(work.tx(), batch, cost).await?;
    }
    Ok(())
}

/// Books a delivery: all of it or nothing.
///
/// # Errors
/// A sentence when a batch is expired, or known with another expiry.
pub async fn receive(
    work: &mut Work,
    delivery: &Delivery<'_>,
    arrivals: &[Arrival],
) -> Result<ReceiptId, Refused> {
    let mut sorted: Vec<ItemId> = arrivals.iter().map(|one| one.item).collect();
    sorted.sort();
    sorted.dedup();
    for item in sorted {
        if !items::hold(work.tx(), item).await? {
            return Err(Refused::NotFound);
        }
    }
    let (by, name) = doer(work);
    let Delivery { store, supplier, order, note } = *delivery;
    let new = NewReceipt { store, supplier, order, note, by: (by, &name), at: work.now() };
    let receipt = orders::insert_receipt(work.tx(), &new).await?;
    for one in arrivals {
        if one.expiry <= work.today() {
            return Err(Refused::Because(format!(
                "{}: batch {} is expired. What is expired is not received",
                one.name, one.number
            )));
        }
        let batch = batch(work, one, supplier).await?;
        recost(work, batch, one).await?;
        let into =
            Out { kind: Kind::Receipt, reason: "", ref_kind: "receipt", ref_id: receipt.0, partly: false };
        bring(work, (batch, store), (one.quantity, Some(one.unit_cost)), &into).await?;
        if let Some(price) = one.price {
            orders::price(work.tx(), (receipt, batch), price).await?;
        }
        if let Some(order) = order {
            orders::arrived(work.tx(), order, one.item, one.quantity).await?;
        }
    }
    if let Some(order) = order {
        let at = work.now();
        orders::follow(work.tx(), order, at).await?;
    }
    let entry = Entry::new("stock.received", "stock_receipt", receipt.0)
        .with("batches", arrivals.len() as i64)
        .with("store", store.0)
        .with("order", order.map(|order| order.0));
    work.audit(entry).await?;
    Ok(receipt)
}
