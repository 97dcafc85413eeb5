//! A slip of the pen in a delivery: what too much, or too little, was entered of a batch is corrected in its order, too.

use super::Refused;
use super::adjust::Correction;
use crate::audit::Entry;
use crate::stock::model::{AdjustmentId, BatchId, ItemId, Reason};
use crate::stock::store::orders;
use crate::work::Work;

fn is_slip(reason: Reason) -> bool {
    match reason {
        Reason::TooMuch | Reason::TooLittle => true,
        Reason::Expired
        | Reason::Damaged
        | Reason::Lost
        | Reason::Stolen
        | Reason::Found
        | Reason::Supplier => false,
    }
}

/// Takes the order of the last delivery of a batch for this work: before its items, like whoever receives against it, so
/// that the two never wait for each other crosswise.
pub(super) async fn hold(work: &mut Work, (batch, reason): (BatchId, Reason)) -> Result<(), Refused> {
    if is_slip(reason) {
        orders::hold_of_batch(work.tx(), batch).await?;
    }
    Ok(())
}

/// The order of the last delivery of a batch counts what really came. What was entered too much is still to come, and an
/// order that had arrived opens again; never more than that delivery brought of the batch.
pub(super) async fn follow(
    work: &mut Work,
    what: &Correction<'_>,
    item: ItemId,
    id: AdjustmentId,
) -> Result<(), Refused> {
    if !is_slip(what.reason) {
        return Ok(());
    }
    let Some(last) = orders::last_of_batch(work.tx(), (item, what.batch), id).await? else { return Ok(()) };
    let Some(order) = last.order_id else { return Ok(()) };
    let at = work.now();
    let (units, changed) = if what.reason == Reason::TooLittle {
        let changed = orders::arrived(work.tx(), order, item, what.quantity).await?;
        (what.quantity, changed)
    } else {
        let units = what.quantity.min(last.units - last.corrected);
        if units < 1 {
            return Ok(());
        }
        (-units, orders::slipped(work.tx(), order, item, units).await?)
    };
    if changed {
        orders::follow(work.tx(), order, at).await?;
        let entry = Entry::new("stock.order_corrected", "stock_order", order.0);
        work.audit(entry.with("item", item.0).with("units", units)).await?;
    }
    Ok(())
}
