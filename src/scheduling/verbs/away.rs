//! Blocking time and lifting the block (SC3), holidays, doctors who leave.

use chrono::{Days, NaiveDate, TimeDelta};

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::live::Topic;
use crate::patients::PatientId;
use crate::scheduling::model::{AppointmentState, BlockId, Interval, SlotId};
use crate::scheduling::store::expected::{self, Expected};
use crate::scheduling::store::{appointments, away, people, slots, states};
use crate::work::Work;

use super::book::tell;
use super::hours::{Decided, Decisions, apply, lock_all, undecided};
use super::refusal::Refusal;
use super::steps::pause_anew;

/// Days ahead within which every booking lies.
pub(super) const FAR: i64 = 3660;

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

/// Blocks a stretch of time. Where somebody in it needs a decision first, the caller drops the work.
///
/// # Errors
/// The database's, and those of cancelling.
pub(in crate::scheduling) async fn block(
    work: &mut Work,
    wish: &Away<'_>,
    decisions: &Decisions,
) -> Result<Decided<BlockId>, Refusal> {
    slots::lock_offer(work.tx()).await?;
    let now = work.now();
    let from = wish.at.starts_at().max(now);
    let booked = appointments::booked_between(work.tx(), wish.doctor, from, wish.at.ends_at()).await?;
    let seen = match undecided(booked, decisions, now) {
        Ok(seen) => seen,
        Err(affected) => return Ok(Err(affected)),
    };
    // Whoever is cancelled here is locked before the slots, as booking does.
    let touched: Vec<SlotId> = seen.iter().map(|one| one.slot_id).collect();
    let missed = away::missed_between(work.tx(), wish.doctor, wish.at).await?;
    lock_all(work, &[seen, missed].concat(), &touched).await?;
    let by = work.doer().account_id;
    let new = away::New { doctor: wish.doctor, at: wish.at, reason: wish.reason, by, now, holiday: None };
    // The slots are taken now: who booked one of them in the same moment is among the booked, or was refused.
    let id = away::insert(work.tx(), &new).await?;
    let booked = appointments::booked_between(work.tx(), wish.doctor, from, wish.at.ends_at()).await?;
    let affected = match undecided(booked, decisions, now) {
        Ok(affected) => affected,
        Err(affected) => return Ok(Err(affected)),
    };
    let entry = Entry::new("time.blocked", "blocked_time", id.0)
        .with("doctor", wish.doctor.map(|doctor| doctor.0))
        .with("from", wish.at.starts_at().to_rfc3339())
        .with("to", wish.at.ends_at().to_rfc3339())
        .with("reason", wish.reason);
    work.audit(entry).await?;
    apply(work, &affected, decisions, ("The doctor is away", Some(id))).await?;
    uncount(work, wish.doctor, wish.at, "The doctor was away").await?;
    tell_doctor(work, wish.doctor);
    Ok(Ok(id))
}

/// Nobody missed what the clinic itself was away from, also where it says so only afterwards (rule N2).
async fn uncount(
    work: &mut Work,
    doctor: Option<AccountId>,
    at: Interval,
    reason: &str,
) -> Result<(), Refusal> {
    let now = work.now();
    for one in away::missed_between(work.tx(), doctor, at).await? {
        if away::uncount(work.tx(), one.id, now).await? {
            let entry = Entry::new("appointment.no_longer_counts", "appointment", one.id.0);
            work.audit(entry.of_patient(one.patient_id.0).with("reason", reason)).await?;
            pause_anew(work, one.patient_id).await?;
        }
    }
    Ok(())
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
    slots::lock_offer(work.tx()).await?;
    let now = work.now();
    if !away::lift(work.tx(), id, now).await? {
        return Err(Refusal::Changed);
    }
    work.audit(Entry::new("time.unblocked", "blocked_time", id.0)).await?;
    for one in away::marked(work.tx(), id).await? {
        states::unmark(work.tx(), one.id, one.other, now).await?;
        if one.other.is_none() {
            let entry = Entry::new("appointment.need_not_move", "appointment", one.id.0);
            work.audit(entry.of_patient(one.patient_id.0)).await?;
            tell(work, one.doctor_id.0, one.starts_at);
        }
    }
    tell_doctor(work, doctor);
    Ok(())
}

/// Closes the clinic on a day: nothing can be booked then, and whoever is booked needs another time. Returns how many
/// these are.
///
/// # Errors
/// The database's.
pub async fn close_day(work: &mut Work, day: NaiveDate, name: &str) -> Result<usize, Refusal> {
    slots::lock_offer(work.tx()).await?;
    let (now, clinic) = (work.now(), work.app.clinic());
    let (from, until) = (clinic.start_of(day), clinic.start_of(day + Days::new(1)));
    let at = Interval::new(from, until).ok_or(Refusal::Missing)?;
    let by = work.doer().account_id;
    let new = away::New { doctor: None, at, reason: name, by, now, holiday: Some(day) };
    let missed = away::missed_between(work.tx(), None, at).await?;
    lock_all(work, &missed, &[]).await?;
    // The slots are taken first: who books one of them in the same moment is among the booked, or refused.
    let id = away::insert(work.tx(), &new).await?;
    let booked = appointments::booked_between(work.tx(), None, from.max(now), until).await?;
    apply(work, &booked, &Decisions::new(), ("The clinic is closed on this day", Some(id))).await?;
    uncount(work, None, at, "The clinic was closed on this day").await?;
    tell_doctor(work, None);
    Ok(booked.len())
}

/// Opens the clinic again on a day that was a holiday; the bookings that stood on it stand as before.
///
/// # Errors
/// The database's.
pub async fn open_day(work: &mut Work, day: NaiveDate) -> Result<(), Refusal> {
    slots::lock_offer(work.tx()).await?;
    match away::of_holiday(work.tx(), day).await? {
        Some(block) => lift(work, block.id, None).await,
        None => Ok(()),
    }
}

/// A doctor has left, or is no doctor here any more: whoever is booked from now on needs another time. Returns how many
/// these are.
///
/// # Errors
/// The database's.
pub async fn doctor_leaves(work: &mut Work, doctor: AccountId) -> Result<usize, Refusal> {
    let now = work.now();
    slots::lock_of_doctor(work.tx(), doctor, now).await?;
    let until = now + TimeDelta::days(FAR);
    let booked = appointments::booked_between(work.tx(), Some(doctor), now, until).await?;
    apply(work, &booked, &Decisions::new(), ("The doctor has left the clinic", None)).await?;
    tell_doctor(work, Some(doctor));
    Ok(booked.len())
}

/// A patient's record is deactivated: nobody knows whether they still come, so each coming booking needs a decision.
/// Returns how many these are.
///
/// # Errors
/// The database's.
pub async fn patient_leaves(work: &mut Work, patient: PatientId) -> Result<usize, Refusal> {
    let now = work.now();
    people::lock(work.tx(), patient).await?;
    let coming = expected::coming(work.tx(), patient, now, now).await?;
    let booked: Vec<Expected> =
        coming.into_iter().filter(|one| one.state == AppointmentState::Booked).collect();
    for one in &booked {
        states::mark_undecided(work.tx(), one.appointment_id, None, now).await?;
        let entry = Entry::new("appointment.to_move", "appointment", one.appointment_id.0);
        work.audit(entry.of_patient(patient.0).with("reason", "The patient's record was deactivated"))
            .await?;
        tell(work, one.doctor_id.0, one.starts_at);
    }
    Ok(booked.len())
}

/// The record is taken back: the bookings stand as before, unless something else stands against them.
///
/// # Errors
/// The database's.
pub async fn patient_returns(work: &mut Work, patient: PatientId) -> Result<(), Refusal> {
    stand_again(work, (Some(patient), None)).await.map(|_| ())
}

/// A doctor is back: whoever is still booked need not move, unless something else stands against it. Returns how many
/// these are.
///
/// # Errors
/// The database's.
pub async fn doctor_returns(work: &mut Work, doctor: AccountId) -> Result<usize, Refusal> {
    let now = work.now();
    slots::lock_of_doctor(work.tx(), doctor, now).await?;
    let again = stand_again(work, (None, Some(doctor))).await?;
    tell_doctor(work, Some(doctor));
    Ok(again)
}

async fn stand_again(
    work: &mut Work,
    whose: (Option<PatientId>, Option<AccountId>),
) -> Result<usize, Refusal> {
    let now = work.now();
    let mut again = 0;
    for (id, patient, still) in states::unmark_returned(work.tx(), whose, now).await? {
        if !still {
            again += 1;
            let entry = Entry::new("appointment.need_not_move", "appointment", id.0);
            work.audit(entry.of_patient(patient.0)).await?;
        }
    }
    work.tell(Topic::Arrivals);
    Ok(again)
}
