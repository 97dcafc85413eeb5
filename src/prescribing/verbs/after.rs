//! After signing: a prescriber cancels or changes a line while nothing was given, and stops it later (rules P4, P5). What
//! harms is stopped by whichever doctor sees it; the prescriber is told.

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::live::Topic;
use crate::pharmacy;
use crate::pharmacy::model::MessageKind;
use crate::prescribing::model::check;
use crate::prescribing::model::{CannotMove, LineMove, LineState, Written};
use crate::prescribing::store::catalogue;
use crate::prescribing::store::drafts::{self, Named, NewLine, Signing};
use crate::prescribing::store::lines::{self, Line, Moved};
use crate::prescribing::store::prescriptions;
use crate::prescribing::verbs::assess::{self, Assessed, drug, uncompared};
use crate::prescribing::verbs::sign::signing;
use crate::prescribing::verbs::{Refused, ahead, prescriber};
use crate::record;
use crate::work::Work;

impl From<CannotMove> for Refused {
    fn from(why: CannotMove) -> Self {
        Refused::Because(why.to_string())
    }
}

fn meanwhile(line: &Line) -> Refused {
    Refused::Because(format!(
        "{} was changed by a colleague a moment ago. Here is how it stands now.",
        line.label()
    ))
}

/// A signed line, as it was seen.
fn signed(line: &Line, version: i64) -> Result<(), Refused> {
    if line.state == LineState::Draft {
        return Err(Refused::NotFound);
    }
    if line.version != version { Err(meanwhile(line)) } else { Ok(()) }
}

/// One that the prescriber who asks wrote.
fn own(line: &Line, author: AccountId) -> Result<(), Refused> {
    if line.prescriber_id != author {
        let words = format!("{} prescribed it. Stop it, and prescribe something else.", line.prescriber);
        return Err(Refused::Because(words));
    }
    Ok(())
}

async fn trail(work: &mut Work, action: &'static str, line: &Line) -> Result<(), Refused> {
    let entry = Entry::new(action, "prescription", line.prescription_id.0)
        .of_patient(line.patient_id.0)
        .with("line", line.id.0);
    work.audit(entry).await?;
    work.tell(Topic::Visit(line.visit_id.0));
    work.tell(Topic::Pharmacy);
    Ok(())
}

/// Cancels an own line of which nothing was given, or stops one, whoever prescribed it: `made` says which.
pub async fn end(
    work: &mut Work,
    line: &Line,
    (made, version): (LineMove, i64),
    reason: &str,
) -> Result<(), Refused> {
    let author = prescriber(work)?;
    signed(line, version)?;
    if made == LineMove::Cancel {
        own(line, author)?;
        if line.given > 0 {
            return Err(Refused::Because(format!(
                "Something of {} was given already. Stop it instead; what was given stays on record.",
                line.label()
            )));
        }
    }
    let to = line.state.after(made, line.given > 0)?;
    let (who, at) = (work.doer().clone(), work.now());
    if !lines::go(work.tx(), line, &Moved { made, to, reason }, (&who, at)).await? {
        return Err(meanwhile(line));
    }
    ahead::keep(work, line.id, 0).await?;
    if line.prescriber_id != author {
        let words = format!("{} was stopped: {reason}", line.label());
        pharmacy::tell(work, line, MessageKind::Stopped, &words).await?;
    }
    let action =
        if made == LineMove::Cancel { "prescription.line_cancelled" } else { "prescription.line_stopped" };
    trail(work, action, line).await
}

/// A change that was typed: the new amounts, the note, why, and the reason for what is warned of.
#[derive(Debug)]
pub struct Change<'a> {
    pub written: Written,
    pub instructions: &'a str,
    pub reason: &'a str,
    /// The stops that stood beside the reason.
    pub seen: &'a str,
    pub version: i64,
}

/// Takes a new line in the place of one of which nothing was given. Returns its warnings when they need a reason first;
/// then nothing may be kept.
pub async fn change(
    work: &mut Work,
    line: &Line,
    change: &Change<'_>,
) -> Result<Result<(), Assessed>, Refused> {
    let author = prescriber(work)?;
    signed(line, change.version)?;
    own(line, author)?;
    if line.given > 0 {
        return Err(Refused::Because(format!(
            "Something of {} was given already. Stop it, and prescribe it anew.",
            line.label()
        )));
    }
    let (who, at, today) = (work.doer().clone(), work.now(), work.today());
    if line.is_expired(today) {
        return Err(Refused::Because("This prescription has expired. Prescribe it again.".into()));
    }
    let to = line.state.after(LineMove::Change, false)?;
    // As for signing: whoever signs for the same patient, or records an allergy, comes before or after.
    record::hold_patient(work.tx(), line.patient_id).await?;
    let moved = Moved { made: LineMove::Change, to, reason: "Changed by the prescriber" };
    if !lines::go(work.tx(), line, &moved, (&who, at)).await? {
        return Err(meanwhile(line));
    }
    let new = NewLine {
        named: Named::of_line(line),
        written: change.written,
        instructions: change.instructions.to_owned(),
        set_code: line.set_code.clone(),
        repeats: line.repeats_id,
    };
    let whose = (line.visit_id, line.patient_id, author);
    let id = drafts::insert_line(work.tx(), line.prescription_id, whose, &new).await?;
    let made = lines::by_id(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let since = at - chrono::TimeDelta::days(crate::prescribing::verbs::sign::LOOK_BACK_DAYS);
    let active = lines::since(work.tx(), line.patient_id, (since, today)).await?;
    let context = assess::context(work, line.patient_id, author).await?;
    // What nobody compared by hand when it was signed is compared where all new lines are.
    let prescription =
        prescriptions::by_id(work.tx(), line.prescription_id).await?.ok_or(Refused::NotFound)?;
    if let Some(text) = uncompared(&context, &prescription).first() {
        return Err(Refused::Because(format!(
            "Written about allergies since it was signed, and not known to the program: {text}. Cancel this line, compare, \
             and prescribe it anew."
        )));
    }
    let clinic = work.app.clinic();
    let drugs: Vec<_> =
        active.iter().filter(|one| one.is_active(&clinic, today)).map(|one| drug(one, &clinic)).collect();
    let warnings = check(&drug(&made, &clinic), &[], &drugs, &context.facts, &context.known);
    let assessed = Assessed { line: made, warnings };
    let told = change.reason.chars().count() >= super::REASON && assessed.is_covered(change.seen);
    if !assessed.stops().is_empty() && !told {
        return Ok(Err(assessed));
    }
    let setting = catalogue::setting(work.tx()).await?;
    let reason = if assessed.stops().is_empty() { "" } else { change.reason };
    let signed = Signing {
        replaces: Some(line.id),
        valid_until: line.valid_until.unwrap_or(today),
        ..signing(&assessed, reason, &setting, today)
    };
    if !drafts::sign_line(work.tx(), &signed, (&who, at)).await? {
        return Err(meanwhile(line));
    }
    ahead::keep(work, line.id, 0).await?;
    ahead::keep(work, id, 0).await?;
    trail(work, "prescription.line_changed", line).await?;
    Ok(Ok(()))
}
