//! Correcting a released result: a new version with a reason; the old one stays to be seen (rule L6).

use super::enter::{Filled, Whose, write};
use super::{Refused, go, seen};
use crate::laboratory::model::{Move, SampleId, VersionState};
use crate::laboratory::store::catalogue::Analyte;
use crate::laboratory::store::results;
use crate::work::Work;

/// Enters a corrected version. The old one holds until this one is verified; meanwhile it says that it is looked at
/// again.
pub async fn correct(
    work: &mut Work,
    analytes: &[Analyte],
    filled: &Filled,
    whose: Whose,
    reason: &str,
) -> Result<SampleId, Refused> {
    let line = seen(work, filled.line, Some(filled.version)).await?;
    let entered = go(work, &line, Move::Correct, reason).await?;
    if line.sample_rejected {
        return Err(Refused::Because(format!(
            "The sample of {} was rejected, so no other value of it can hold. Withdraw the result.",
            line.test
        )));
    }
    let current = results::in_state(work.tx(), line.id, VersionState::Current).await?;
    let current = current.ok_or(Refused::NotFound)?;
    write(work, &entered, analytes, (filled, whose), (Some(current.id), reason)).await?;
    line.sample_id.ok_or(Refused::NotFound)
}
