//! Reserving units for a prescribed line (rule K7).

use chrono::NaiveDate;

use super::{Refused, doer, in_words};
use crate::stock::model::{BatchId, ItemId, Reserved, Rule, StoreId, Wanted, pick};
use crate::stock::store::items;
use crate::stock::store::ledger;
use crate::stock::store::reservations::{self, NewReservation};
use crate::work::Work;

/// Units of a prescribed medicine for whom it was prescribed.
#[derive(Debug, Clone, Copy)]
pub struct NewReserved {
    /// The prescribed line.
    pub line: i64,
    /// Its medicine.
    pub item: ItemId,
    /// Where they lie.
    pub store: StoreId,
    /// The least that leaves.
    pub step: i64,
    /// Units.
    pub quantity: i64,
    /// The last day on which they are kept.
    pub until: NaiveDate,
}

/// Units that can be reserved for the line: usable, and not reserved for others. The item is taken for this work.
///
/// # Errors
/// `NotFound` when there is no such item.
pub async fn free(work: &mut Work, new: &NewReserved) -> Result<i64, Refused> {
    if !items::hold(work.tx(), new.item).await? {
        return Err(Refused::NotFound);
    }
    let today = work.today();
    let candidates = ledger::candidates(work.tx(), new.item, new.store).await?;
    let reserved = reservations::of_others(work.tx(), (new.item, new.store), new.line, today).await?;
    let (item, store, first) = (new.item, new.store, Vec::<BatchId>::new());
    let want = Wanted { item, store, quantity: new.quantity, step: new.step, today, until: None, first };
    Ok(pick(&candidates, &want, Rule::Usable, Reserved { own: 0, others: reserved }).total())
}

/// Reserves units for a line, instead of what was reserved for it before.
///
/// # Errors
/// A sentence when less is free, or less remains to be given of the line.
pub async fn reserve(work: &mut Work, new: &NewReserved) -> Result<(), Refused> {
    if free(work, new).await? < new.quantity {
        return Err(Refused::Because(
            "Less is free than that. A colleague gave out or reserved some a moment ago. Here is how it stands now."
                .to_owned(),
        ));
    }
    let (by, name) = doer(work);
    let moment = (work.now(), work.today());
    let row = NewReservation {
        line: new.line,
        item: new.item,
        store: new.store,
        quantity: new.quantity,
        until: new.until,
        by: (by, if by.is_some() { &name } else { "" }),
    };
    reservations::put(work.tx(), &row, moment).await.map_err(in_words)
}

/// Releases what was reserved for a line; false when nothing was.
///
/// # Errors
/// Only when the database fails.
pub async fn release(work: &mut Work, line: i64) -> Result<bool, Refused> {
    let at = work.now();
    Ok(reservations::end(work.tx(), line, at).await?)
}
