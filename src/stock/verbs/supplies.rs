//! What procedures use up (PH5).

use super::{Refused, bring, take};
use crate::stock::catalogue::alias;
use crate::stock::model::{Kind, Out, StoreKind, Wanted};
use crate::stock::store::{items, ledger, stores};
use crate::work::Work;

/// What the rows of procedures point to.
const PROCEDURE: &str = "visit_procedure";

/// Takes what a procedure used out of the treatment rooms, then out of what hands out to patients. A treatment never
/// waits for the books: what is not there, or is no item, is only written down with the procedure.
///
/// # Errors
/// Only when the database fails.
pub async fn use_for_procedure(work: &mut Work, procedure: i64, used: &[(&str, i64)]) -> Result<(), Refused> {
    if used.is_empty() {
        return Ok(());
    }
    let aliases = items::aliases(work.tx()).await?;
    let mut of_items: Vec<_> = used
        .iter()
        .filter_map(|(name, quantity)| {
            let name = alias(name);
            aliases.iter().find(|(known, _)| *known == name).map(|(_, item)| (*item, *quantity))
        })
        .collect();
    // Always in the same order: two procedures never wait for each other crosswise.
    of_items.sort();
    let mut places = stores::of_kind(work.tx(), StoreKind::Treatment).await?;
    places.extend(stores::of_kind(work.tx(), StoreKind::Dispensary).await?);
    let out = Out { kind: Kind::Issue, reason: "", ref_kind: PROCEDURE, ref_id: procedure, partly: true };
    for (item, quantity) in of_items {
        let mut left = quantity;
        for place in &places {
            if left == 0 {
                break;
            }
            let (store, today) = (place.id, work.today());
            let want = Wanted { item, store, quantity: left, step: 1, today, until: None, first: Vec::new() };
            left -= take(work, &want, &out).await?.total();
        }
    }
    Ok(())
}

/// A procedure was entered in error: what it took is booked back where it came from, or into the quarantine where that
/// store is closed by now.
///
/// # Errors
/// Only when the database fails.
pub async fn undo_procedure(work: &mut Work, procedure: i64, reason: &str) -> Result<(), Refused> {
    let mut rows = ledger::of_ref(work.tx(), PROCEDURE, procedure).await?;
    rows.retain(|row| row.kind == Kind::Issue);
    rows.sort_by_key(|row| (row.item_id, row.id));
    let into = Out { kind: Kind::ReturnIn, reason, ref_kind: PROCEDURE, ref_id: procedure, partly: false };
    for row in rows {
        let open = stores::by_id(work.tx(), row.store_id).await?.is_some_and(|store| store.active);
        let store = if open { row.store_id } else { stores::quarantine(work.tx()).await? };
        bring(work, (row.batch_id, store), (-row.quantity, Some(row.unit_cost)), &into).await?;
    }
    Ok(())
}
