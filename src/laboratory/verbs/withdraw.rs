//! Taking back a released result when none counts: the wrong person's sample, or one that was rejected and is not
//! taken again. It is a version like any other (rule L6): the old one stays to be seen, whoever read it is told.

use super::verify::tell_readers;
use super::{Refused, doer, go, meanwhile, seen, trail};
use crate::laboratory::model::{LineId, Move, SampleId, VersionState};
use crate::laboratory::store::lines::Held;
use crate::laboratory::store::results::{self, NewVersion, Version};
use crate::laboratory::store::{reviews, withdrawals};
use crate::work::Work;

/// Fewest letters of a reason, as the table has it.
pub const FEWEST: usize = 5;

/// Enters that there is no result that counts; it holds once a second person has verified it, like any correction.
pub async fn withdraw(
    work: &mut Work,
    (id, version): (LineId, i64),
    reason: &str,
) -> Result<SampleId, Refused> {
    let (by, at) = (doer(work)?, work.now());
    let line = seen(work, id, Some(version)).await?;
    go(work, &line, Move::Correct, reason).await?;
    let old = results::in_state(work.tx(), id, VersionState::Current).await?.ok_or(Refused::NotFound)?;
    let sample = line.sample_id.ok_or(Refused::NotFound)?;
    if old.void {
        return Err(meanwhile(&line.test));
    }
    let corrects = Some(old.id);
    let new = NewVersion {
        line: id,
        sample,
        critical: false,
        void: true,
        comment: "",
        not_done: "",
        corrects,
        reason,
        by,
    };
    let new = results::insert(work.tx(), &new, at).await?;
    withdrawals::insert_values(work.tx(), new, old.id).await?;
    let entry = trail("lab.result_entered", "lab_result", new.0, &line).with("correction", true);
    work.audit(entry.with("withdraws", true)).await?;
    Ok(sample)
}

/// Withdraws the version that holds at once, because its test is cancelled. It asks for no second person: nothing is
/// measured, and a number that nobody stands for any more must not be read on.
pub(super) async fn at_once(
    work: &mut Work,
    line: &Held,
    old: &Version,
    reason: &str,
) -> Result<(), Refused> {
    let (by, at) = (doer(work)?, work.now());
    if reason.trim().chars().count() < FEWEST {
        return Err(Refused::Because(
            "A result of this test was released and is withdrawn with it. Say a little more about why."
                .into(),
        ));
    }
    results::supersede(work.tx(), line.id).await?;
    let new = withdrawals::insert(work.tx(), old.id, reason, by, at).await?;
    withdrawals::insert_values(work.tx(), new, old.id).await?;
    withdrawals::tell_patient(work.tx(), line.id, at).await?;
    work.audit(trail("lab.withdrawn", "lab_result", new.0, line)).await?;
    tell_readers(work, line, new, Some(old)).await?;
    // Who cancels it knows.
    reviews::acknowledge(work.tx(), new, by, "", at).await?;
    Ok(())
}
