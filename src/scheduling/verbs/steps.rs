//! Arriving, being seen, not coming.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, TimeDelta, Utc};

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::scheduling::model::{
    AppointmentId, AppointmentState, BookingRules, CannotMarkNoShow, CannotUndo, Missed, Punctuality,
    may_mark_no_show, may_object, online_block_until, punctuality,
};
use crate::scheduling::store::appointments::AppointmentRow;
use crate::scheduling::store::states::Ending;
use crate::scheduling::store::{away, hours, people, slots, states};
use crate::settings::model::Clinic;
use crate::work::Work;

use super::book::tell;
use super::change::locked;
use super::refusal::{Refusal, of_insert};

/// Someone whose booking has become an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// The booking.
    pub appointment: AppointmentId,
    /// Who.
    pub patient: PatientId,
    /// Whom to see.
    pub doctor: AccountId,
    /// The booked time.
    pub starts_at: DateTime<Utc>,
    /// How the arrival stands to it.
    pub punctuality: Punctuality,
}

/// The patient of a booking is here. Somebody who was recorded as not attended today and comes after all arrives too.
///
/// # Errors
/// [`Refusal::Changed`] when the booking does not wait for its patient.
pub async fn arrive(work: &mut Work, id: AppointmentId) -> Result<Arrived, Refusal> {
    let mut row = locked(work, id).await?;
    let now = work.now();
    let today = work.app.clinic().day_of(row.starts_at) == work.today();
    if row.state == AppointmentState::NoShow && today {
        if !states::un_miss(work.tx(), id, now).await.map_err(of_insert)? {
            return Err(Refusal::Changed);
        }
        row.state = AppointmentState::Booked;
        let entry = Entry::new("appointment.step_undone", "appointment", id.0).of_patient(row.patient_id.0);
        work.audit(entry.changed("state", &AppointmentState::NoShow, &row.state)).await?;
        if row.objection_state.as_deref() == Some("open") {
            let entry = Entry::new("appointment.objection_granted", "appointment", id.0);
            work.audit(entry.of_patient(row.patient_id.0).with("by", "arrival")).await?;
        }
        pause_anew(work, row.patient_id).await?;
    }
    step(work, &row, AppointmentState::Arrived, "appointment.arrived").await?;
    let rules = BookingRules::of(&work.app.clinic());
    Ok(Arrived {
        appointment: id,
        patient: row.patient_id,
        doctor: row.doctor_id,
        starts_at: row.starts_at,
        punctuality: punctuality(row.starts_at, now, &rules),
    })
}

/// The patient is with the doctor.
///
/// # Errors
/// [`Refusal::Changed`] when the patient had not arrived.
pub async fn in_service(work: &mut Work, id: AppointmentId) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    step(work, &row, AppointmentState::InService, "appointment.in_service").await
}

/// The visit of the booking is done.
///
/// # Errors
/// [`Refusal::Changed`] when the patient was not with the doctor.
pub async fn fulfil(work: &mut Work, id: AppointmentId) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    step(work, &row, AppointmentState::Fulfilled, "appointment.fulfilled").await
}

/// Takes the last step back: the booking stands where it stood before `made`. Who may, and how long, the caller has
/// decided with the move that it belongs to.
///
/// # Errors
/// [`Refusal::Changed`] when the booking has gone on, [`Refusal::Undo`] when nothing leads back from `made`.
pub async fn take_back(work: &mut Work, id: AppointmentId, made: AppointmentState) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    let before = made.undone().ok_or(Refusal::Undo(CannotUndo::NoWayBack(made)))?;
    let at = work.now();
    if !states::step(work.tx(), id, made, before, at).await? {
        return Err(Refusal::Changed);
    }
    kept(work, &row, "appointment.step_undone").await
}

/// Ends what bookings of earlier days left open (rule Q13): who was with the doctor is done, who came and was never
/// seen has left, and the place is given back. What is still booked when nobody can record any more that nobody came, the
/// clinic itself missed. Doing it twice changes nothing.
pub async fn close_before(work: &mut Work, before: DateTime<Utc>) -> Result<(), DbError> {
    let at = work.now();
    let days = BookingRules::of(&work.app.clinic()).no_show_days;
    // A day more than the job needs that records who did not come.
    let missed_before = before - TimeDelta::days(i64::from(days) + 1);
    let (served, left) = states::close_before(work.tx(), (before, missed_before), at).await?;
    let entry = |action| {
        move |(id, whose): (AppointmentId, PatientId)| {
            Entry::new(action, "appointment", id.0).of_patient(whose.0)
        }
    };
    let served = served.into_iter().map(entry("appointment.fulfilled"));
    let left = left.into_iter().map(entry("appointment.cancelled"));
    work.audit_all(served.chain(left).collect()).await
}

async fn step(
    work: &mut Work,
    row: &AppointmentRow,
    to: AppointmentState,
    action: &'static str,
) -> Result<(), Refusal> {
    let at = work.now();
    if !row.state.allows(to) || !states::step(work.tx(), row.id, row.state, to, at).await? {
        return Err(Refusal::Changed);
    }
    kept(work, row, action).await
}

async fn kept(work: &mut Work, row: &AppointmentRow, action: &'static str) -> Result<(), Refusal> {
    work.audit(Entry::new(action, "appointment", row.id.0).of_patient(row.patient_id.0)).await?;
    tell(work, row.doctor_id.0, row.starts_at);
    Ok(())
}

/// Records that nobody came (rule N2) and pauses online booking where that is the consequence (rule N4).
///
/// # Errors
/// [`Refusal::Miss`] when it is too early or late, or when the clinic itself was away.
pub async fn no_show(work: &mut Work, id: AppointmentId) -> Result<(), Refusal> {
    // Whoever takes the time away in this moment comes before or after: it never counts.
    slots::lock_offer(work.tx()).await?;
    let row = locked(work, id).await?;
    let clinic = work.app.clinic();
    let rules = BookingRules::of(&clinic);
    let at = work.now();
    let day = clinic.day_of(row.starts_at);
    let closed = !hours::closed_days(work.tx(), day, day).await?.is_empty();
    let away = away::was_away(work.tx(), row.doctor_id, row.starts_at, row.ends_at).await?;
    may_mark_no_show(row.state, row.starts_at, closed || away || row.needs_decision, at, &rules)
        .map_err(Refusal::Miss)?;
    miss(work, &row).await
}

async fn miss(work: &mut Work, row: &AppointmentRow) -> Result<(), Refusal> {
    let at = work.now();
    let undo_by = work.doer().account_id;
    let by = if undo_by.is_some() { "staff" } else { "system" };
    let state = AppointmentState::NoShow;
    let ending = Ending { state, by, reason: "", undo_by, late: false, counts: true };
    if !states::end(work.tx(), row.id, AppointmentState::Booked, &ending, at).await? {
        return Err(Refusal::Miss(CannotMarkNoShow::NotBooked(row.state)));
    }
    kept(work, row, "appointment.no_show").await?;
    pause_anew(work, row.patient_id).await
}

/// Works out anew until when online booking is paused.
pub(super) async fn pause_anew(work: &mut Work, patient: PatientId) -> Result<(), Refusal> {
    let rules = BookingRules::of(&work.app.clinic());
    let now = work.now();
    let missed = people::missed(work.tx(), patient, counted_since(now, &rules)).await?;
    let until = online_block_until(&missed, now, &rules);
    let day = until.map(|until| work.app.clinic().day_of(until));
    people::pause_online(work.tx(), patient, day).await?;
    Ok(())
}

/// A pause can follow from a window that began a whole window and a whole pause ago.
fn counted_since(now: DateTime<Utc>, rules: &BookingRules) -> DateTime<Utc> {
    let window = Months::new(rules.no_show_window_months + rules.no_show_block_days.div_ceil(28));
    now.checked_sub_months(window).unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
}

/// The clinic counts otherwise from now on (rule N4): whoever is paused, or missed enough for it, is looked at anew, in the
/// work that changes the settings. Returns for how many online booking is open again, and for how many it is paused now.
///
/// # Errors
/// The database's.
pub async fn pause_all_anew(work: &mut Work, new: &Clinic) -> Result<(usize, usize), DbError> {
    let (rules, now) = (BookingRules::of(new), work.now());
    let today = new.day_of(now);
    let since = counted_since(now, &rules);
    let mut missed: BTreeMap<PatientId, Vec<Missed>> = BTreeMap::new();
    for (patient, one) in people::missed_by_many(work.tx(), since, rules.no_show_limit).await? {
        missed.entry(patient).or_default().push(one);
    }
    let stored = people::paused(work.tx(), today).await?;
    let concerned: BTreeSet<PatientId> = stored.keys().chain(missed.keys()).copied().collect();
    let (mut opened, mut paused) = (0, 0);
    for patient in concerned {
        let counted = missed.get(&patient).map_or(&[][..], Vec::as_slice);
        let until = online_block_until(counted, now, &rules).map(|until| new.day_of(until));
        let before = stored.get(&patient).copied();
        if until != before {
            people::pause_online(work.tx(), patient, until).await?;
            opened += usize::from(until.is_none());
            paused += usize::from(before.is_none());
        }
    }
    Ok((opened, paused))
}

/// The patient objects to a no-show (rule N3).
///
/// # Errors
/// [`Refusal::NoObjection`] when it is too late or was done before.
pub async fn object(work: &mut Work, id: AppointmentId, words: &str) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    let rules = BookingRules::of(&work.app.clinic());
    let now = work.now();
    let open = row.ended_at.is_some_and(|marked| may_object(marked, now, &rules));
    if !open || !states::object(work.tx(), id, words, now).await? {
        return Err(Refusal::NoObjection);
    }
    kept(work, &row, "appointment.objected").await
}

/// Staff answers an objection; a granted one no longer counts.
///
/// # Errors
/// [`Refusal::Changed`] when somebody answered it before.
pub async fn answer_objection(work: &mut Work, id: AppointmentId, granted: bool) -> Result<(), Refusal> {
    let row = locked(work, id).await?;
    let now = work.now();
    if !states::answer_objection(work.tx(), id, granted, now).await? {
        return Err(Refusal::Changed);
    }
    let action = if granted { "appointment.objection_granted" } else { "appointment.objection_refused" };
    kept(work, &row, action).await?;
    pause_anew(work, row.patient_id).await
}
