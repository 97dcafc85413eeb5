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
}

/// Keeps the choice. The same once more changes nothing.
///
/// # Errors
/// `Because` when the visit is closed.
pub async fn decide(work: &mut Work, visit: &Visit, choice: &Choice) -> Result<(), Refused> {
    let by = doer(work)?;
    let before = dispositions::of_visit(work.tx(), visit.id).await?;
    let same = |known: &Disposition| {
        (known.outcome, known.outcome_note.as_str(), known.back_on)
            == (choice.outcome, choice.note.as_str(), choice.back_on)
    };
    if before.as_ref().is_some_and(same) {
        return Ok(());
    }
    let decided = Disposition {
        outcome: choice.outcome,
        outcome_note: choice.note.clone(),
        back_on: choice.back_on,
        decided_name: work.doer().name.clone(),
        decided_at: work.now(),
    };
    let kept = dispositions::put(work.tx(), (visit.id, visit.patient_id), Some(by), &decided).await;
    kept.map_err(|error| match error.violates("disposition_open_visit") {
        true => Refused::Because("This visit is closed. What became of it stays as it is.".into()),
        false => error.into(),
    })?;
    let was = before.map_or("", |known| known.outcome.as_str());
    let entry = Entry::new("visit.disposition", "visit", visit.id.0).of_patient(visit.patient_id.0);
    Ok(work.audit(entry.changed("disposition", &was, &choice.outcome.as_str())).await?)
}
