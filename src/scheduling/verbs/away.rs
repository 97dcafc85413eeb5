//! Blocking time and lifting the block (SC3).

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::live::Topic;
use crate::scheduling::model::{BlockId, Interval, SlotId};
use crate::scheduling::store::{appointments, away};
use crate::work::Work;

use super::hours::{Decided, Decisions, apply, lock_all, undecided};
use super::refusal::Refusal;

/// Time away, as somebody wishes it.
#[derive(Debug, Clone)]
pub(in crate::scheduling) struct Away<'a> {
    /// Whose; none for the whole clinic.
    pub doctor: Option<AccountId>,
    /// When.
    pub at: Interval,
    /// Why, for the staff.
    pub reason: &'a str,
}

/// Blocks a stretch of time.
///
/// # Errors
/// The database's, and those of cancelling.
pub(in crate::scheduling) async fn block(
    work: &mut Work,
    wish: &Away<'_>,
    decisions: &Decisions,
) -> Result<Decided<BlockId>, Refusal> {
    let now = work.now();
    let from = wish.at.starts_at().max(now);
    let booked = appointments::booked_between(work.tx(), wish.doctor, from, wish.at.ends_at()).await?;
    let affected = match undecided(booked, decisions) {
        Ok(affected) => affected,
        Err(affected) => return Ok(Err(affected)),
    };
    let touched: Vec<SlotId> = affected.iter().map(|one| one.slot_id).collect();
    lock_all(work, &affected, &touched).await?;
    let by = work.doer().account_id;
    let new = away::New { doctor: wish.doctor, at: wish.at, reason: wish.reason, by, now };
    let id = away::insert(work.tx(), &new).await?;
    let entry = Entry::new("time.blocked", "blocked_time", id.0)
        .with("doctor", wish.doctor.map(|doctor| doctor.0))
        .with("from", wish.at.starts_at().to_rfc3339())
        .with("to", wish.at.ends_at().to_rfc3339())
        .with("reason", wish.reason);
    work.audit(entry).await?;
    apply(work, &affected, decisions, "The doctor is away").await?;
    tell_doctor(work, wish.doctor);
    Ok(Ok(id))
}

fn tell_doctor(work: &mut Work, doctor: Option<AccountId>) {
    match doctor {
        Some(doctor) => work.tell(Topic::Doctor(doctor.0)),
        None => work.tell(Topic::All),
    }
    work.tell(Topic::Arrivals);
}

/// Lifts a block; its slots can be booked again.
///
/// # Errors
/// [`Refusal::Changed`] when it was lifted before.
pub(in crate::scheduling) async fn lift(
    work: &mut Work,
    id: BlockId,
    doctor: Option<AccountId>,
) -> Result<(), Refusal> {
    let now = work.now();
    if !away::lift(work.tx(), id, now).await? {
        return Err(Refusal::Changed);
    }
    work.audit(Entry::new("time.unblocked", "blocked_time", id.0)).await?;
    tell_doctor(work, doctor);
    Ok(())
}
