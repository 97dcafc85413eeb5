//! What the pharmacy does to signed lines (rule P4). The pharmacy's own tables count what was given and what came back;
//! here it takes lines for its work, notes the steps, pauses, goes on and closes.

use crate::audit::Entry;
use crate::live::Topic;
use crate::prescribing::model::{LineId, LineMove, LineState, PrescriptionId};
use crate::prescribing::store::lines::{self, Line, Moved};
use crate::prescribing::verbs::{Refused, ahead};
use crate::work::Work;

fn meanwhile(line: &Line) -> Refused {
    Refused::Because(format!(
        "{} was changed by a colleague a moment ago. Here is how it stands now.",
        line.label()
    ))
}

/// Takes a signed line for the rest of this work as it was seen: nobody else gives, pauses or stops it meanwhile.
///
/// # Errors
/// `NotFound` for drafts and unknown ids; a sentence when it is no longer as it was seen.
pub async fn hold(work: &mut Work, id: LineId, version: i64) -> Result<Line, Refused> {
    let held = lines::hold(work.tx(), id, version).await?;
    let line = lines::by_id(work.tx(), id).await?.filter(|line| line.state != LineState::Draft);
    let line = line.ok_or(Refused::NotFound)?;
    if held { Ok(line) } else { Err(meanwhile(&line)) }
}

/// Takes every signed line of a prescription for the rest of this work, in the order of their ids: two who
/// are at different lines of it never wait crosswise. Whoever goes on to a charge has its line before.
pub async fn hold_all(work: &mut Work, id: PrescriptionId) -> Result<Vec<Line>, Refused> {
    lines::hold_all(work.tx(), id).await?;
    Ok(lines::of_prescription(work.tx(), id).await?)
}

/// The line of those that were held.
///
/// # Errors
/// `NotFound` where it is none of them; a sentence when it is no longer as it was seen.
pub fn as_seen(held: &[Line], id: LineId, version: i64) -> Result<&Line, Refused> {
    let line = held.iter().find(|line| line.id == id && line.state != LineState::Draft);
    let line = line.ok_or(Refused::NotFound)?;
    if line.version == version { Ok(line) } else { Err(meanwhile(line)) }
}

/// Notes at a line that was held what the pharmacy's tables counted: given in part or in full, or come back.
pub async fn note(work: &mut Work, held: &Line, made: LineMove, reason: &str) -> Result<(), Refused> {
    let to = held.state.after(made, true)?;
    let (who, at) = (work.doer().clone(), work.now());
    lines::note(work.tx(), held.id, (held.state, &Moved { made, to, reason }), (&who, at)).await?;
    Ok(())
}

/// Pauses a line, goes on with it, or closes it, with the reason that prescriber and patient read.
///
/// # Errors
/// A sentence when its state does not allow it or somebody was quicker.
pub async fn set(
    work: &mut Work,
    line: &Line,
    (made, version): (LineMove, i64),
    reason: &str,
) -> Result<(), Refused> {
    if line.state == LineState::Draft {
        return Err(Refused::NotFound);
    }
    if line.version != version {
        return Err(meanwhile(line));
    }
    let to = line.state.after(made, line.given > 0)?;
    let (who, at) = (work.doer().clone(), work.now());
    if !lines::go(work.tx(), line, &Moved { made, to, reason }, (&who, at)).await? {
        return Err(meanwhile(line));
    }
    ahead::keep(work, line.id, 0).await?;
    let action = match made {
        LineMove::Pause => "prescription.line_paused",
        LineMove::Resume => "prescription.line_resumed",
        LineMove::Stop => "prescription.line_stopped",
        LineMove::Sign
        | LineMove::Give
        | LineMove::Complete
        | LineMove::Return
        | LineMove::Cancel
        | LineMove::Change => return Err(Refused::NotFound),
    };
    let entry = Entry::new(action, "prescription", line.prescription_id.0)
        .of_patient(line.patient_id.0)
        .with("line", line.id.0);
    work.audit(entry).await?;
    work.tell(Topic::Visit(line.visit_id.0));
    work.tell(Topic::Pharmacy);
    Ok(())
}
