//! From one store to another: sent, on its way, accepted with what arrived, or refused.

use std::collections::BTreeMap;

use super::adjust::{self, Correction};
use super::{Refused, bring, doer, in_words, take};
use crate::audit::Entry;
use crate::stock::model::{ItemId, Kind, Out, Reason, StoreId, StoreKind, TransferId, TransferState, Wanted};
use crate::stock::store::transfers::{self, NewTransfer, Transfer, TransferLine};
use crate::stock::store::{items, stores};
use crate::work::Work;

/// Why who sends something out of quarantine does not take it in.
pub(super) const ANOTHER: &str =
    "You sent this out of quarantine yourself. Somebody else has to look at it and accept it.";

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

/// Sends: first expired first out, everything or nothing. Out of quarantine only with a reason (rule P12).
///
/// # Errors
/// A sentence when not enough usable is there, or the reason is missing.
pub async fn send(
    work: &mut Work,
    (from, to): (StoreId, StoreId),
    note: &str,
    parts: &[Part],
) -> Result<TransferId, Refused> {
    hold(work, parts.iter().map(|part| part.item).collect()).await?;
    let (by, name) = doer(work);
    let new = NewTransfer { from, to, note, by: (by, &name), at: work.now() };
    let id = transfers::insert(work.tx(), &new).await.map_err(in_words)?;
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

/// Whether what is missing is worth more than one person corrects alone: all of it, or of one item together with what the
/// same person corrected of it today.
async fn is_much(work: &mut Work, missing: &[(&TransferLine, i64)]) -> Result<bool, Refused> {
    let limit = stores::setting(work.tx()).await?.approve_above;
    let mut items: BTreeMap<ItemId, i64> = BTreeMap::new();
    for (line, units) in missing {
        let value = adjust::value(work, (line.item_id, line.unit_cost), *units).await?;
        *items.entry(line.item_id).or_default() += value;
    }
    if items.values().sum::<i64>() > limit {
        return Ok(true);
    }
    for (item, value) in items {
        if adjust::alone(work, item).await?.saturating_add(value) > limit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Accepts what arrived: everything is booked in, what is missing is a correction with its reason. It waits for a second
/// person when it is worth more than the limit, when something of it is controlled, and when it is whoever sent it. While it
/// waits it lies in quarantine by the books: nobody is promised what never came, and no stocktake of the store misses it once
/// more. Says whether something waits.
///
/// # Errors
/// A sentence when something is missing without a reason, when it left the quarantine and it is whoever sent it, or somebody
/// was quicker.
pub async fn accept(
    work: &mut Work,
    one: &Transfer,
    arrived: &[(TransferLine, i64)],
    reason: &str,
) -> Result<bool, Refused> {
    let missing: Vec<(&TransferLine, i64)> = arrived
        .iter()
        .map(|(line, units)| (line, line.quantity - units))
        .filter(|(_, units)| *units > 0)
        .collect();
    if !missing.is_empty() && reason.trim().len() < 3 {
        return Err(Refused::Because("Say what is missing, and why.".to_owned()));
    }
    let alone = one.sent_by.is_none() || one.sent_by == doer(work).0;
    if alone && one.from_kind == StoreKind::Quarantine {
        return Err(Refused::Because(ANOTHER.to_owned()));
    }
    hold(work, arrived.iter().map(|(line, _)| line.item_id).collect()).await?;
    end(work, one, TransferState::Accepted, reason).await?;
    let much = is_much(work, &missing).await?;
    let quarantine = stores::quarantine(work.tx()).await?;
    let note = format!("Transfer {} from {} to {}. {reason}", one.id, one.from_name, one.to_name);
    let mut waits = false;
    for (line, units) in arrived {
        let lost = line.quantity - units;
        let second = lost > 0 && (alone || much || line.controlled);
        let (here, apart) = if second { (*units, lost) } else { (line.quantity, 0) };
        let into =
            Out { kind: Kind::TransferIn, reason: "", ref_kind: "transfer", ref_id: one.id.0, partly: false };
        for (store, quantity) in [(one.to_store, here), (quarantine, apart)] {
            if quantity > 0 {
                bring(work, (line.batch_id, store), (quantity, None), &into).await?;
            }
        }
        transfers::accept(work.tx(), line.id, *units).await?;
        if lost > 0 {
            let store = if second { quarantine } else { one.to_store };
            let (batch, quantity, reason) = (line.batch_id, lost, Reason::Lost);
            adjust::correct_by(work, &Correction { batch, store, quantity, reason, note: &note }, second)
                .await?;
        }
        waits |= second;
    }
    let entry = Entry::new("stock.transfer_accepted", "stock_transfer", one.id.0);
    work.audit(entry.with("complete", missing.is_empty()).with("waits", waits)).await?;
    Ok(waits)
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
