//! Shifts: opened with what the last one left, closed blind, differences explained and looked at (rule M10).

use super::{Refused, because, doer, in_words};
use crate::audit::Entry;
use crate::billing::model::{Money, ShiftId};
use crate::billing::store::shifts::{self, Closing, Desk, NewShift, Shift};
use crate::live::Topic;
use crate::work::Work;

fn trail(action: &'static str, id: ShiftId) -> Entry {
    Entry::new(action, "shift", id.0)
}

/// Opens a shift at a desk: whoever opens it has counted what is in its till and answers for it from then on.
pub async fn open(work: &mut Work, desk: &Desk, float: Money, reason: &str) -> Result<ShiftId, Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let left = desk.left_in_till.unwrap_or_default();
    if desk.last_id.is_some() && float != left && reason.trim().chars().count() < 5 {
        return Err(because(format!(
            "{} left {left} in this till. Count again, or say why it is another sum.",
            desk.last_name.as_deref().unwrap_or("The last shift")
        )));
    }
    let new = NewShift { by, name: &name, desk, float, reason: reason.trim(), at };
    let id = shifts::open(work.tx(), &new).await.map_err(in_words)?;
    let entry = trail("shift.opened", id).with("desk", desk.name.as_str()).with("float", float.0);
    work.audit(entry.with("left_before", left.0)).await?;
    work.tell(Topic::Money);
    Ok(id)
}

/// Closes a shift with what was counted: the own one, or with a reason that of a colleague who is away or gone. What was
/// expected is worked out only now.
pub async fn close(
    work: &mut Work,
    id: ShiftId,
    (counted, left): (Money, Money),
    reason: &str,
) -> Result<Shift, Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if !shifts::hold_any(work.tx(), id).await? {
        return Err(because("This shift is closed already. Here is how it stands now."));
    }
    let shift = shifts::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let other = (shift.account_id != by).then_some((by, name.as_str()));
    let expected = shifts::expected_cash(work.tx(), id).await?;
    let closing = Closing { counted, expected, left, reason: reason.trim(), other, at };
    shifts::close(work.tx(), id, &closing).await.map_err(in_words)?;
    let entry = trail("shift.closed", id)
        .with("of", shift.account_id.0)
        .with("counted", counted.0)
        .with("expected", expected.0);
    work.audit(entry.with("left_in_till", left.0)).await?;
    work.tell(Topic::Money);
    shifts::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)
}

/// Explains a difference, once.
pub async fn explain(work: &mut Work, id: ShiftId, reason: &str) -> Result<(), Refused> {
    let by = doer(work)?;
    if !shifts::explain(work.tx(), id, by, reason).await.map_err(in_words)? {
        return Err(because("Only an own difference that is not explained yet takes an explanation."));
    }
    Ok(work.audit(trail("shift.explained", id)).await?)
}

/// Looks at somebody else's difference.
pub async fn check(work: &mut Work, id: ShiftId, note: &str) -> Result<(), Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if !shifts::check(work.tx(), id, (by, &name), note, at).await.map_err(in_words)? {
        return Err(because("Somebody looked at this difference a moment ago. Here is how it stands now."));
    }
    work.audit(trail("shift.checked", id)).await?;
    work.tell(Topic::Money);
    Ok(())
}
