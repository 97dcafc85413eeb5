//! Stocktakes: counted blind, handed in, posted by a second person.

use super::receive::{self, Arrival};
use super::transfer::hold;
use super::{Refused, bring, doer, in_words, take};
use crate::audit::Entry;
use crate::stock::model::{CountId, CountState, ItemKind, Kind, Out, StoreId, Wanted};
use crate::stock::store::counts::{self, Count, CountLine};
use crate::work::Work;

/// Begins a stocktake over everything of a kind that lies in a store.
///
/// # Errors
/// A sentence while one is open there.
pub async fn begin(work: &mut Work, store: StoreId, kind: Option<ItemKind>) -> Result<CountId, Refused> {
    let (by, name) = doer(work);
    let about = match kind {
        None => "Everything",
        Some(ItemKind::Medicine) => "Medicines",
        Some(ItemKind::Supply) => "Supplies",
        Some(ItemKind::Equipment) => "Equipment",
    };
    let at = work.now();
    let what = (store, kind.map_or("", ItemKind::as_str), about);
    let id = counts::begin(work.tx(), what, (by, &name), at).await.map_err(|error| {
        if error.violates("stock_count_store_id_unique") {
            Refused::Because("A stocktake of this store is under way. Finish or cancel it first.".to_owned())
        } else {
            in_words(error)
        }
    })?;
    work.audit(Entry::new("stock.count_begun", "stock_count", id.0).with("store", store.0)).await?;
    Ok(id)
}

/// Takes a stocktake that is being counted for this work: nobody hands it in before the end of it.
async fn open(work: &mut Work, count: CountId) -> Result<(), Refused> {
    if counts::hold(work.tx(), count).await? {
        return Ok(());
    }
    Err(Refused::Because(
        "This stocktake was handed in meanwhile. What is counted now is not kept.".to_owned(),
    ))
}

/// Keeps what was counted; the books of that moment are frozen with it.
///
/// # Errors
/// A sentence when it was handed in meanwhile; `NotFound` for a line of another stocktake.
pub async fn keep(work: &mut Work, count: CountId, counted: &[(i64, i64)]) -> Result<(), Refused> {
    let (_, name) = doer(work);
    let at = work.now();
    open(work, count).await?;
    for (line, units) in counted {
        if !counts::count(work.tx(), (count, *line), *units, &name, at).await? {
            return Err(Refused::NotFound);
        }
    }
    let entry = Entry::new("stock.counted", "stock_count", count.0);
    work.audit(entry.with("lines", counted.len() as i64)).await?;
    Ok(())
}

/// Keeps a batch that lies in the store and stands in no line: one that the books know nowhere, only elsewhere, or as used
/// up. It costs what the item cost last.
///
/// # Errors
/// A sentence when it stands in a line, is known with another expiry, or when the stocktake was handed in meanwhile.
pub async fn found(work: &mut Work, count: CountId, what: &Arrival) -> Result<(), Refused> {
    let (_, name) = doer(work);
    let at = work.now();
    open(work, count).await?;
    let batch = receive::batch(work, what, None).await?;
    let line = (count, what.item, batch);
    let line = counts::add_line(work.tx(), line).await.map_err(|error| {
        if error.violates("stock_count_line_count_id_batch_id_unique") {
            let words = format!("Batch {} of {} stands in the list. Count it there", what.number, what.name);
            Refused::Because(words)
        } else {
            in_words(error)
        }
    })?;
    counts::count(work.tx(), (count, line), what.quantity, &name, at).await?;
    let entry = Entry::new("stock.found", "stock_count", count.0);
    work.audit(entry.with("batch", batch.0).with("units", what.quantity)).await?;
    Ok(())
}

/// Hands it in, or gives it back to be counted again.
///
/// # Errors
/// A sentence when somebody was quicker.
pub async fn turn(work: &mut Work, count: &Count, version: i64, to: CountState) -> Result<(), Refused> {
    let (by, name) = doer(work);
    let at = work.now();
    if !counts::turn(work.tx(), (count.id, version), to, (by, &name), at).await? {
        return Err(meanwhile());
    }
    let action = if to == CountState::Counted { "stock.count_handed_in" } else { "stock.count_given_back" };
    work.audit(Entry::new(action, "stock_count", count.id.0)).await?;
    Ok(())
}

/// Ends it without posting anything.
///
/// # Errors
/// A sentence when somebody was quicker.
pub async fn cancel(work: &mut Work, count: &Count, version: i64, reason: &str) -> Result<(), Refused> {
    let (by, name) = doer(work);
    let at = work.now();
    let seen = (count.id, version, CountState::Cancelled);
    if !counts::end(work.tx(), seen, (by, &name), reason, at).await? {
        return Err(meanwhile());
    }
    work.audit(Entry::new("stock.count_cancelled", "stock_count", count.id.0)).await?;
    Ok(())
}

/// A second person posts the differences, and nothing else: what came and went since it was counted stays as it is.
///
/// # Errors
/// A sentence when it is whoever counted, when somebody was quicker, or when a loss is more than what is left.
pub async fn post(
    work: &mut Work,
    count: &Count,
    (version, reason): (i64, &str),
    lines: &[CountLine],
) -> Result<usize, Refused> {
    let (by, name) = doer(work);
    if by.is_none() || count.counted_by == by {
        return Err(Refused::Because(
            "You handed in this stocktake yourself. Somebody else who may approve stock has to post it."
                .to_owned(),
        ));
    }
    let differing: Vec<&CountLine> = lines.iter().filter(|line| line.difference() != 0).collect();
    hold(work, differing.iter().map(|line| line.item_id).collect()).await?;
    let at = work.now();
    let seen = (count.id, version, CountState::Posted);
    if !counts::end(work.tx(), seen, (by, &name), reason, at).await? {
        return Err(meanwhile());
    }
    let out = Out { kind: Kind::Stocktake, reason, ref_kind: "count", ref_id: count.id.0, partly: false };
    for line in &differing {
        let (difference, store) = (line.difference(), count.store_id);
        if difference > 0 {
            bring(work, (line.batch_id, store), (difference, None), &out).await?;
            continue;
        }
        let (item, today, first) = (line.item_id, work.today(), vec![line.batch_id]);
        let want = Wanted { item, store, quantity: -difference, step: 1, today, until: None, first };
        if let Err(Refused::Because(_)) = take(work, &want, &out).await {
            return Err(Refused::Because(format!(
                "{}, batch {}: more is missing than is left by now. Count it again",
                line.item, line.number
            )));
        }
    }
    let entry = Entry::new("stock.count_posted", "stock_count", count.id.0);
    work.audit(entry.with("differences", differing.len() as i64)).await?;
    Ok(differing.len())
}

fn meanwhile() -> Refused {
    Refused::Because("A colleague changed this stocktake a moment ago. Here is how it stands now.".to_owned())
}
