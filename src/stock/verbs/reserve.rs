//! Reserving units for a prescribed line (rule K7).

use super::{Refused, doer, in_words};
use crate::stock::model::{Reserved, Rule, Wanted, pick, quantity_words};
use crate::stock::store::reservations::{self, NewReservation};
use crate::stock::store::{items, ledger};
use crate::work::Work;

/// Reserves what is free of the units that are wanted for a line, instead of what was reserved for it before: usable, and
/// reserved for nobody else. The units that are reserved now.
///
/// # Errors
/// `NotFound` when there is no such item; a sentence when less than `least` is free, or less remains to be given of the line.
pub async fn reserve(work: &mut Work, new: &NewReservation, least: i64) -> Result<i64, Refused> {
    if !items::hold(work.tx(), new.item).await? {
        return Err(Refused::NotFound);
    }
    let today = work.today();
    let candidates = ledger::candidates(work.tx(), new.item, new.store).await?;
    let others = reservations::of_others(work.tx(), new, today).await?;
    let (item, store, quantity, step) = (new.item, new.store, new.quantity, new.step);
    let want = Wanted { item, store, quantity, step, today, until: None, first: Vec::new() };
    let units = pick(&candidates, &want, Rule::Usable, Reserved { own: 0, others }).total();
    if units < least {
        let unit = items::by_id(work.tx(), new.item).await?.ok_or(Refused::NotFound)?.unit;
        return Err(Refused::Because(match units {
            0 => "Nothing of it is free in this store now.".to_owned(),
            free => format!("Less is free than that: {} can be reserved.", quantity_words(free, &unit)),
        }));
    }
    let (by, name) = doer(work);
    let by = (by, if by.is_some() { name.as_str() } else { "" });
    let at = work.now();
    let row = NewReservation { quantity: units, ..*new };
    reservations::put(work.tx(), &row, by, (at, today)).await.map_err(in_words)?;
    Ok(units)
}

/// What a person reads who wants more than is free.
pub(super) const LESS: &str =
    "Less is free than that. A colleague gave out or reserved some a moment ago. Here is how it stands now.";

/// Releases what was reserved for a line; false when nothing was.
///
/// # Errors
/// Only when the database fails.
pub async fn release(work: &mut Work, line: i64) -> Result<bool, Refused> {
    let at = work.now();
    Ok(reservations::end(work.tx(), line, at).await?)
}
