//! What becomes of a visit: said by the doctor, changeable while the visit is open, each change in the trail.

use chrono::NaiveDate;

use super::doer;
use crate::audit::Entry;
use crate::consultation::model::Outcome;
use crate::consultation::store::dispositions::{self, Disposition};
use crate::queue::Visit;
use crate::work::{Refused, Work};

/// What somebody chose on the page.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What.
    pub outcome: Outcome,
    /// More of it.
    pub note: String,
    /// The day of coming back.
    pub back_on: Option<NaiveDate>,
    /// The version that the page showed; 0 where nobody had said anything.
    pub seen: i64,
}

/// What became of a choice.
#[derive(Debug, Clone)]
pub enum Decided {
    /// It stands, in this version.
    Kept(i64),
    /// Somebody else decided since the page was opened: this.
    Elsewhere(Disposition),
}

/// What stands, where it is not what was chosen.
pub async fn other(
    work: &mut Work,
    visit: &Visit,
    choice: &Choice,
) -> Result<Result<i64, Option<Disposition>>, Refused> {
    let stands = dispositions::of_visit(work.tx(), visit.id).await?;
    Ok(match stands {
        Some(known) if choice.is(&known) => Ok(known.version),
        stands => Err(stands),
    })
}

impl Choice {
    fn is(&self, known: &Disposition) -> bool {
        (known.outcome, known.outcome_note.as_str(), known.back_on)
            == (self.outcome, self.note.as_str(), self.back_on)
    }
}

/// Keeps the choice, unless somebody else decided since the page was opened (R8). The same once more changes nothing.
///
/// # Errors
/// `Because` when the visit is closed.
pub async fn decide(work: &mut Work, visit: &Visit, choice: &Choice) -> Result<Decided, Refused> {
    let by = doer(work)?;
    let before = match other(work, visit, choice).await? {
        Ok(version) => return Ok(Decided::Kept(version)),
        Err(before) => before,
    };
    let decided = Disposition {
        outcome: choice.outcome,
        outcome_note: choice.note.clone(),
        back_on: choice.back_on,
        decided_name: work.doer().name.clone(),
        decided_at: work.now(),
        version: choice.seen,
    };
    let kept = dispositions::put(work.tx(), (visit.id, visit.patient_id), Some(by), &decided).await;
    let kept = kept.map_err(|error| match error.violates("disposition_open_visit") {
        true => Refused::Because("This visit is closed. What became of it stays as it is.".into()),
        false => error.into(),
    })?;
    if !kept {
        let stands = dispositions::of_visit(work.tx(), visit.id).await?;
        return Ok(Decided::Elsewhere(stands.ok_or(Refused::NotFound)?));
    }
    let was = before.map_or("", |known| known.outcome.as_str());
    let entry = Entry::new("visit.disposition", "visit", visit.id.0).of_patient(visit.patient_id.0);
    work.audit(entry.changed("disposition", &was, &choice.outcome.as_str())).await?;
    Ok(Decided::Kept(choice.seen + 1))
}
