//! Corrections: done at once, or above the clinic's limit only with a second person.

use super::{Refused, bring, doer, slip, take};
use crate::audit::Entry;
use crate::stock::model::{
    AdjustmentId, AdjustmentState, BatchId, ItemId, Out, Reason, StoreId, Wanted, worth,
};
use crate::stock::store::adjustments::{self, Adjustment, NewAdjustment};
use crate::stock::store::{batches, items, stores};
use crate::work::Work;

/// What is wrong with the stock.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'a> {
    /// The batch.
    pub batch: BatchId,
    /// Where.
    pub store: StoreId,
    /// How many units.
    pub quantity: i64,
    /// Why.
    pub reason: Reason,
    /// In somebody's words.
    pub note: &'a str,
}

/// Writes the row of the ledger.
async fn book(work: &mut Work, what: &Correction<'_>, id: AdjustmentId) -> Result<(), Refused> {
    let words = format!("{}. {}", what.reason.label(), what.note);
    let kind = what.reason.kind();
    let out = Out { kind, reason: words.trim(), ref_kind: "adjustment", ref_id: id.0, partly: false };
    let batch = batches::by_id(work.tx(), what.batch).await?.ok_or(Refused::NotFound)?;
    let (item, store, quantity) = (batch.item_id, what.store, what.quantity);
    if kind.rule().is_none() {
        bring(work, (batch.id, store), (quantity, None), &out).await?;
    } else {
        let (today, first) = (work.today(), vec![batch.id]);
        let want = Wanted { item, store, quantity, step: 1, today, until: None, first };
        take(work, &want, &out).await?;
    }
    slip::follow(work, what, item, id).await
}

/// What so many units are worth to a clinic that would have to buy them again: by the cost of their batch, or by what the
/// item cost when it was last paid for, whichever is more. What was given for nothing is not nothing.
pub(super) async fn value(
    work: &mut Work,
    (item, unit_cost): (ItemId, i64),
    quantity: i64,
) -> Result<i64, Refused> {
    let paid = batches::last_cost(work.tx(), item).await?;
    Ok(worth(quantity, unit_cost.max(paid)))
}

/// What this person has corrected of an item today that nobody else has seen: the limit is for all of it, not for each
/// piece (decision 031). The item is held before, so that two pieces at once are not each the first.
pub(super) async fn alone(work: &mut Work, item: ItemId) -> Result<i64, Refused> {
    let Some(by) = doer(work).0 else { return Ok(0) };
    let since = work.app.clinic().start_of(work.today());
    Ok(adjustments::alone(work.tx(), item, by, since).await?)
}

/// Corrects the stock; what is worth more than the limit, together with what the same person corrected of the item today, and
/// every controlled medicine, waits for a second person. Says whether it waits.
///
/// # Errors
/// A sentence when less is there than that.
pub async fn correct(work: &mut Work, what: &Correction<'_>) -> Result<bool, Refused> {
    let batch = batches::by_id(work.tx(), what.batch).await?.ok_or(Refused::NotFound)?;
    slip::hold(work, (what.batch, what.reason)).await?;
    if !items::hold(work.tx(), batch.item_id).await? {
        return Err(Refused::NotFound);
    }
    let setting = stores::setting(work.tx()).await?;
    let one = value(work, (batch.item_id, batch.unit_cost), what.quantity).await?;
    let all = alone(work, batch.item_id).await?.saturating_add(one);
    let waits = all > setting.approve_above || items::is_controlled(work.tx(), batch.item_id).await?;
    correct_by(work, what, waits).await?;
    Ok(waits)
}

/// Corrects the stock at once, or when a second person agrees.
///
/// # Errors
/// A sentence when less is there than that.
pub(super) async fn correct_by(work: &mut Work, what: &Correction<'_>, waits: bool) -> Result<(), Refused> {
    let batch = batches::by_id(work.tx(), what.batch).await?.ok_or(Refused::NotFound)?;
    let value = value(work, (batch.item_id, batch.unit_cost), what.quantity).await?;
    let (by, name) = doer(work);
    let Correction { store, quantity, reason, note, .. } = *what;
    let (item, by, at) = (batch.item_id, (by, name.as_str()), work.now());
    let new = NewAdjustment { item, batch: batch.id, store, quantity, reason, note, value, waits, by, at };
    let id = adjustments::insert(work.tx(), &new).await?;
    if !waits {
        book(work, what, id).await?;
    }
    let action = if waits { "stock.correction_proposed" } else { "stock.corrected" };
    let entry = Entry::new(action, "stock_adjustment", id.0)
        .with("batch", batch.id.0)
        .with("units", quantity)
        .with("reason", reason.as_str())
        .with("kobo", value);
    work.audit(entry).await?;
    Ok(())
}

/// A second person agrees or refuses.
///
/// # Errors
/// A sentence when it is the proposer, when it was decided or its batch counted meanwhile, or when less is there now.
pub async fn decide(work: &mut Work, one: &Adjustment, agrees: bool, words: &str) -> Result<(), Refused> {
    let (by, name) = doer(work);
    if by.is_none() || one.proposed_by == by {
        return Err(Refused::Because(
            "You proposed this yourself. Somebody else who may approve stock has to decide it.".to_owned(),
        ));
    }
    slip::hold(work, (one.batch_id, one.reason)).await?;
    // A stocktake that is posted at this moment is over before this, or waits for it.
    if !items::hold(work.tx(), one.item_id).await? {
        return Err(Refused::NotFound);
    }
    let now = adjustments::by_id(work.tx(), one.id).await?.ok_or(Refused::NotFound)?;
    if let Some(count) = now.counted_in.filter(|_| agrees) {
        return Err(Refused::Because(format!(
            "Stocktake {count} counted this batch after it was proposed. What is missing or found stands there, and would be \
             booked twice. Withdraw this correction. If something is still wrong, propose a new one."
        )));
    }
    let to = if agrees { AdjustmentState::Done } else { AdjustmentState::Refused };
    let at = work.now();
    if !adjustments::decide(work.tx(), (one.id, to), (by, &name), words, at).await? {
        return Err(Refused::Because("A colleague decided this a moment ago.".to_owned()));
    }
    if agrees {
        let (batch, store, quantity, reason) = (one.batch_id, one.store_id, one.quantity, one.reason);
        book(work, &Correction { batch, store, quantity, reason, note: &one.note }, one.id).await?;
    }
    let action = if agrees { "stock.correction_approved" } else { "stock.correction_refused" };
    work.audit(Entry::new(action, "stock_adjustment", one.id.0).with("kobo", one.value)).await?;
    Ok(())
}
