//! Two doctors on one visit: who takes over is known, and nothing of the other is lost (rule R8).

use super::doer;
use crate::audit::Entry;
use crate::consultation::store::notes;
use crate::consultation::store::sittings::Sitting;
use crate::live::Topic;
use crate::work::{Refused, Work};
use crate::{laboratory, queue};

/// From now on the patient is with who does this. The drafts of others in the visit are set aside: they stay with their
/// authors, who are told when they save next; the own one is taken up again. Tests that are not done and results that wait
/// go with the patient.
///
/// # Errors
/// `Because` when the token was changed meanwhile, or the visit is closed.
pub async fn take_over(work: &mut Work, sitting: &Sitting) -> Result<(), Refused> {
    let (me, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let visit = &sitting.visit;
    if visit.closed_at.is_some() {
        return Err(Refused::Because("This visit is closed. Nobody has it any more.".into()));
    }
    notes::take_up(work.tx(), visit.id, me).await?;
    let others = notes::set_aside(work.tx(), visit.id, (me, &name), false, at).await?;
    let others: Vec<i64> = others.into_iter().map(|(author,)| author.0).collect();
    if let Some(entry) = sitting.entry_id {
        queue::take_over(work, entry, sitting.entry_version).await?;
    }
    laboratory::take_over(work, visit).await?;
    let entry = Entry::new("visit.taken_over", "visit", visit.id.0).of_patient(visit.patient_id.0);
    work.audit(entry.with("drafts_set_aside", others)).await?;
    work.tell(Topic::Visit(visit.id.0));
    Ok(())
}

/// Sets every unsigned note of colleagues aside, those of nurses too, so that the visit can end (rule V2).
pub async fn set_all_aside(work: &mut Work, sitting: &Sitting) -> Result<(), Refused> {
    let (me, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let visit = &sitting.visit;
    let authors = notes::set_aside(work.tx(), visit.id, (me, &name), true, at).await?;
    if authors.is_empty() {
        return Ok(());
    }
    let authors: Vec<i64> = authors.into_iter().map(|(author,)| author.0).collect();
    let entry = Entry::new("note.set_aside", "visit", visit.id.0).of_patient(visit.patient_id.0);
    Ok(work.audit(entry.with("authors", authors)).await?)
}
