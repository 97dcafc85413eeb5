//! Telling doctors at once, and seeing to it. What is told is clinical: the trail names the kind alone.

use super::{Refused, doer_of};
use crate::audit;
use crate::db::DbError;
use crate::live::Topic;
use crate::queue::model::{AttentionId, AttentionKind, Priority};
use crate::queue::store::attention::{self, About, NewAttention};
use crate::work::Work;

/// Asks for attention; the boards of all doctors show it.
pub async fn ask(work: &mut Work, new: &NewAttention<'_>) -> Result<(), DbError> {
    attention::insert(work.tx(), new).await?;
    tell(work).await
}

/// What it was about was corrected. Gives what stood before it let somebody go before others, if it did.
pub async fn withdraw(
    work: &mut Work,
    kind: AttentionKind,
    about: i64,
) -> Result<Option<(Priority, String)>, Refused> {
    let by = doer_of(work).ok_or(Refused::NotFound)?;
    let at = work.now();
    attention::withdraw(work.tx(), (kind, about), by, at).await?;
    let before = attention::before(work.tx(), (kind, about)).await?;
    tell(work).await?;
    Ok(before)
}

/// Somebody sees to it: the first of those who press at once. Gives what it is about.
pub async fn see_to(work: &mut Work, id: AttentionId) -> Result<About, Refused> {
    let by = doer_of(work).ok_or(Refused::NotFound)?;
    let about = attention::about(work.tx(), id).await?.ok_or(Refused::NotFound)?;
    let at = work.now();
    if !attention::see_to(work.tx(), id, by, at).await? {
        return Err(Refused::Because("A colleague already sees to it.".into()));
    }
    let entry = audit::Entry::new("attention.seen_to", "attention", id.0).of_patient(about.patient_id.0);
    work.audit(entry).await?;
    tell(work).await?;
    Ok(about)
}

async fn tell(work: &mut Work) -> Result<(), DbError> {
    for point in attention::consulting_points(work.tx()).await? {
        work.tell(Topic::Point(point.0));
    }
    Ok(())
}
