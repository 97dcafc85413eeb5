//! The one way out and the ways in.

use super::{Refused, hand, in_words};
use crate::stock::model::{BatchId, Choice, Kind, Out, StoreId, Wanted, pick, quantity_words};
use crate::stock::store::batches;
use crate::stock::store::items::{self, Item};
use crate::stock::store::ledger::{self, NewMovement};
use crate::work::Work;

/// Takes the item for this work and reads it.
async fn held(work: &mut Work, item: crate::stock::model::ItemId) -> Result<Item, Refused> {
    if !items::hold(work.tx(), item).await? {
        return Err(Refused::NotFound);
    }
    items::by_id(work.tx(), item).await?.ok_or(Refused::NotFound)
}

/// What is missing, in words.
fn missing(item: &Item, choice: &Choice) -> Refused {
    let there = quantity_words(choice.total(), &item.unit);
    if choice.reserved > 0 {
        let reserved = quantity_words(choice.reserved, &item.unit);
        return Refused::Because(format!(
            "{}: {there} can be taken. Reserved for other patients: {reserved}.",
            item.name
        ));
    }
    let because = match choice.passed.as_slice() {
        [] => String::new(),
        passed => {
            let one = |one: &crate::stock::model::Passed| format!("batch {}: {}", one.number, one.why);
            format!(" Not usable: {}.", passed.iter().map(one).collect::<Vec<_>>().join("; "))
        }
    };
    let short = quantity_words(choice.short, &item.unit);
    Refused::Because(format!("{}: {there} can be taken, {short} missing.{because}", item.name))
}

/// The one way out (rule P7): chooses batches and writes a row of the ledger for each, everything or nothing unless
/// `out.partly`.
///
/// # Errors
/// A sentence when not enough is there, or a choice by hand has no reason.
pub async fn take(work: &mut Work, want: &Wanted, out: &Out<'_>) -> Result<Choice, Refused> {
    let Some(rule) = out.kind.rule() else { return Err(Refused::NotFound) };
    if want.quantity < 1 {
        return Err(Refused::Because("Enter how much is taken.".to_owned()));
    }
    if out.kind == Kind::Issue && !want.first.is_empty() && out.reason.trim().len() < 3 {
        return Err(Refused::Because("Give a reason for choosing another batch.".to_owned()));
    }
    let item = held(work, want.item).await?;
    let want = Wanted { today: work.today(), ..want.clone() };
    let (place, cause) = ((want.item, want.store), (out.ref_kind, out.ref_id));
    let (candidates, reserved) = ledger::lying(work.tx(), place, cause, want.today).await?;
    let choice = pick(&candidates, &want, rule, reserved);
    if choice.short > 0 && !out.partly {
        return Err(missing(&item, &choice));
    }
    let rows: Vec<NewMovement> = choice
        .taken
        .iter()
        .map(|one| NewMovement {
            item: want.item,
            batch: one.batch,
            store: want.store,
            quantity: -one.quantity,
            on_hand: one.on_hand,
            unit_cost: one.unit_cost,
        })
        .collect();
    let name = work.doer().name.clone();
    let hand = hand(work, &name);
    ledger::write(work.tx(), &rows, out, &hand).await.map_err(in_words)?;
    Ok(choice)
}

/// Books units of a batch into a store.
///
/// # Errors
/// `NotFound` for an unknown batch; a sentence when the kind does not come in.
pub async fn bring(
    work: &mut Work,
    (batch, store): (BatchId, StoreId),
    (quantity, unit_cost): (i64, Option<i64>),
    into: &Out<'_>,
) -> Result<(), Refused> {
    if !into.kind.comes_in() || quantity < 1 {
        return Err(Refused::Because("Enter how much comes in.".to_owned()));
    }
    let batch = batches::by_id(work.tx(), batch).await?.ok_or(Refused::NotFound)?;
    held(work, batch.item_id).await?;
    let on_hand = ledger::level(work.tx(), batch.id, store).await?;
    let unit_cost = unit_cost.unwrap_or(batch.unit_cost);
    let row = NewMovement { item: batch.item_id, batch: batch.id, store, quantity, on_hand, unit_cost };
    let name = work.doer().name.clone();
    let hand = hand(work, &name);
    ledger::write(work.tx(), &[row], into, &hand).await.map_err(in_words)
}

/// Gives units of a batch back into a store: the quarantine store, unless somebody accepted them as sealed.
///
/// # Errors
/// See [`bring`].
pub async fn put_back(
    work: &mut Work,
    batch: BatchId,
    store: StoreId,
    quantity: i64,
    into: &Out<'_>,
) -> Result<(), Refused> {
    bring(work, (batch, store), (quantity, None), &Out { kind: Kind::ReturnIn, ..*into }).await
}
