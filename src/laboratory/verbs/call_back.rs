//! Calling about a critical value: whom, when, and that it was read back (rule L4).

use super::{Refused, doer, seen, trail};
use crate::laboratory::model::{LineState, Move, ResultId, VersionState};
use crate::laboratory::store::lines;
use crate::laboratory::store::results::{self, NewCall};
use crate::laboratory::verbs::verify::release;
use crate::work::Work;

/// A call as the form tells it.
#[derive(Debug)]
pub struct Told<'a> {
    /// Who was called.
    pub told: &'a str,
    /// `phone` or `in_person`.
    pub means: &'a str,
    /// Whether somebody answered.
    pub reached: bool,
    /// Whether they read the value back.
    pub read_back: bool,
    /// A remark.
    pub note: &'a str,
}

/// Notes a call. When somebody was reached and read it back, the result counts as released; returns whether.
pub async fn call(work: &mut Work, result: ResultId, told: &Told<'_>) -> Result<bool, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let line = lines::of_result(&mut *work.tx(), result).await?.ok_or(Refused::NotFound)?;
    let held = seen(work, line.id, None).await?;
    let current = results::in_state(work.tx(), held.id, VersionState::Current).await?;
    let waits = held.state == LineState::Verified && current.is_some_and(|current| current.id == result);
    if !waits {
        held.state.after(Move::Release)?;
        return Err(Refused::Because(
            "A newer version of this result took its place. Call about that one.".into(),
        ));
    }
    let new = NewCall {
        result,
        by,
        told: told.told,
        means: told.means,
        reached: told.reached,
        read_back: told.read_back,
        note: told.note,
    };
    results::insert_call(work.tx(), &new, at).await?;
    let entry = trail("lab.called_back", "lab_result", result.0, &held).with("reached", told.reached);
    work.audit(entry).await?;
    if told.reached {
        release(work, &held, Some(at)).await?;
    } else {
        super::tell(work, &held);
    }
    Ok(told.reached)
}
