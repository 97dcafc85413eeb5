//! From one store to another: sent, on its way, accepted with what arrived, or refused.

use super::{Refused, bring, doer, take};
use crate::audit::Entry;
use crate::stock::model::{ItemId, Kind, Out, StoreId, TransferId, TransferState, Wanted};
use crate::stock::store::items;
use crate::stock::store::transfers::{self, NewTransfer, Transfer, TransferLine};
use crate::work::Work;

/// What is sent of an item.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The item.
    pub item: ItemId,
    /// Smallest units.
    pub quantity: i64,
    /// The least that leaves.
    pub step: i64,
}

/// Takes several items for this work in one order.
pub(super) async fn hold(work: &mut Work, mut all: Vec<ItemId>) -> Result<(), Refused> {
    all.sort();
    all.dedup();
    for item in all {
        if !items::hold(work.tx(), item).await? {
            return Err(Refused::NotFound);
        }
    }
    Ok(())
}

/// Sends: first expired first out, everything or nothing.
///
/// # Errors
/// A sentence when not enough usable is there.
pub async fn send(
    work: &mut Work,
    (from, to): (StoreId, StoreId),
    note: &str,
    parts: &[Part],
) -> Result<TransferId, Refused> {
    hold(work, parts.iter().map(|part| part.item).collect()).await?;
    let (by, name) = doer(work);
    let new = NewTransfer { from, to, note, by: (by, &name), at: work.now() };
    let id = transfers::insert(work.tx(), &new).await?;
    for part in parts {
        let (item, quantity, today) = (part.item, part.quantity, work.today());
        let want =
            Wanted { item, store: from, quantity, step: part.step, today, until: None, first: Vec::new() };
        let out =
            Out { kind: Kind::TransferOut, reason: "", ref_kind: "transfer", ref_id: id.0, partly: false };
        for one in take(work, &want, &out).await?.taken {
            transfers::add_line(work.tx(), id, (item, one.batch), one.quantity).await?;
        }
    }
    let entry = Entry::new("stock.transfer_sent", "stock_transfer", id.0);
    work.audit(entry.with("from", from.0).with("to", to.0).with("items", parts.len() as i64)).await?;
    Ok(id)
}

async fn end(work: &mut Work, one: &Transfer, to: TransferState, reason: &str) -> Result<(), Refused> {
    let (by, name) = doer(work);
    let at = work.now();
    if !transfers::end(work.tx(), (one.id, to), (by, &name), reason, at).await? {
        return Err(Refused::Because("A colleague ended this transfer a moment ago.".to_owned()));
    }
    Ok(())
}

/// Accepts what arrived: everything is booked in, what is missing is a loss with its reason.
///
/// # Errors
/// A sentence when something is missing without a reason, or somebody was quicker.
pub async fn accept(
    work: &mut Work,
    one: &Transfer,
    arrived: &[(TransferLine, i64)],
    reason: &str,
) -> Result<(), Refused> {
    let differs = arrived.iter().any(|(line, units)| *units != line.quantity);
    if differs && reason.trim().len() < 3 {
        return Err(Refused::Because("Say what is missing, and why.".to_owned()));
    }
    hold(work, arrived.iter().map(|(line, _)| line.item_id).collect()).await?;
    end(work, one, TransferState::Accepted, reason).await?;
    let row = |kind, reason| Out { kind, reason, ref_kind: "transfer", ref_id: one.id.0, partly: false };
    for (line, units) in arrived {
        let into = row(Kind::TransferIn, "");
        bring(work, (line.batch_id, one.to_store), (line.quantity, None), &into).await?;
        if *units < line.quantity {
            let missing = line.quantity - units;
            let (item, store, today) = (line.item_id, one.to_store, work.today());
            let first = vec![line.batch_id];
            let want = Wanted { item, store, quantity: missing, step: 1, today, until: None, first };
            take(work, &want, &row(Kind::AdjustLoss, reason)).await?;
        }
        transfers::accept(work.tx(), line.id, *units).await?;
    }
    let entry = Entry::new("stock.transfer_accepted", "stock_transfer", one.id.0);
    work.audit(entry.with("complete", !differs)).await?;
    Ok(())
}

/// Refuses it: everything is booked back where it came from.
///
/// # Errors
/// A sentence when somebody was quicker.
pub async fn refuse(
    work: &mut Work,
    one: &Transfer,
    lines: &[TransferLine],
    reason: &str,
) -> Result<(), Refused> {
    hold(work, lines.iter().map(|line| line.item_id).collect()).await?;
    end(work, one, TransferState::Refused, reason).await?;
    for line in lines {
        let into =
            Out { kind: Kind::TransferIn, reason, ref_kind: "transfer", ref_id: one.id.0, partly: false };
        bring(work, (line.batch_id, one.from_store), (line.quantity, None), &into).await?;
    }
    work.audit(Entry::new("stock.transfer_refused", "stock_transfer", one.id.0)).await?;
    Ok(())
}
