//! What arriving, being served and leaving mean for an appointment. A step that comes too late changes nothing: the line
//! goes on whatever happened to the booking meanwhile.

use chrono::{DateTime, NaiveDate, Utc};

use super::store::appointments::{self as store, Booking, Stands};
use super::store::entries::Entry;
use super::verbs::Refused;
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState};
use crate::scheduling::{self, Refusal};
use crate::work::Work;

/// The patient is here.
pub async fn arrive(work: &mut Work, id: AppointmentId) -> Result<(), Refused> {
    at_most(scheduling::arrive(work, id).await.map(|_| ()))
}

/// The consultation began.
pub async fn in_service(work: &mut Work, id: AppointmentId) -> Result<(), Refused> {
    at_most(scheduling::in_service(work, id).await)
}

/// The visit is over, and with it every other booking of the day that was checked in on its token. One that nobody has
/// seen to keeps it open.
pub async fn fulfil(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    let day = span(work, entry.day);
    if let Some(booking) = store::unseen(work.tx(), entry.visit_id, day).await? {
        let at = work.app.clinic().clock(booking.starts_at);
        return Err(Refused::Because(format!(
            "The booking at {at} with {} is still to come. Transfer {} to that doctor, or choose \"Patient left\".",
            booking.doctor, entry.token
        )));
    }
    if let Some(id) = entry.appointment_id {
        at_most(scheduling::fulfil(work, id).await)?;
    }
    for one in others(work, entry, AppointmentState::Arrived).await? {
        at_most(scheduling::in_service(work, one.id).await)?;
        at_most(scheduling::fulfil(work, one.id).await)?;
    }
    Ok(())
}

/// Takes [`fulfil`] back, as it was done at that moment.
pub async fn unfulfil(work: &mut Work, entry: &Entry, done_at: DateTime<Utc>) -> Result<(), Refused> {
    if let Some(id) = entry.appointment_id {
        take_back(work, id, AppointmentState::Fulfilled).await?;
    }
    let others = others(work, entry, AppointmentState::Fulfilled).await?;
    for one in others.iter().filter(|one| one.updated_at == done_at) {
        take_back(work, one.id, AppointmentState::Fulfilled).await?;
        take_back(work, one.id, AppointmentState::InService).await?;
    }
    Ok(())
}

/// The check-in is taken back, with all bookings that it covered.
pub async fn not_here(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    if let Some(id) = entry.appointment_id {
        take_back(work, id, AppointmentState::Arrived).await?;
    }
    for one in others(work, entry, AppointmentState::Arrived).await? {
        take_back(work, one.id, AppointmentState::Arrived).await?;
    }
    Ok(())
}

/// The bookings of the patient's day that stand so, besides the one that opened the visit.
async fn others(work: &mut Work, entry: &Entry, state: AppointmentState) -> Result<Vec<Stands>, DbError> {
    let day = span(work, entry.day);
    let all = store::of_day(work.tx(), entry.patient_id, day, state).await?;
    Ok(all.into_iter().filter(|one| Some(one.id) != entry.appointment_id).collect())
}

/// From when to when a day lasts.
fn span(work: &Work, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let clinic = work.app.clinic();
    (clinic.start_of(day), clinic.start_of(day.succ_opt().unwrap_or(day)))
}

/// Takes one of the steps above back (Q11).
pub async fn take_back(work: &mut Work, id: AppointmentId, made: AppointmentState) -> Result<(), Refused> {
    at_most(scheduling::take_back(work, id, made).await)
}

fn at_most(step: Result<(), Refusal>) -> Result<(), Refused> {
    match step {
        Ok(()) | Err(Refusal::Changed) => Ok(()),
        Err(Refusal::Db(error)) => Err(error.into()),
        Err(other) => Err(Refused::Because(other.to_string())),
    }
}

/// The booking with which a patient can be checked in today; `missed` says whether one counts too that was recorded as
/// not attended.
pub async fn todays_booking_of(
    work: &mut Work,
    patient: PatientId,
    missed: bool,
) -> Result<Option<Booking>, DbError> {
    let span = span(work, work.today());
    store::booked_between(work.tx(), patient, span, missed).await
}

/// The bookings of today that wait for a patient, by time.
pub async fn booked_today(work: &mut Work, patient: PatientId) -> Result<Vec<Booking>, DbError> {
    let span = span(work, work.today());
    store::all_booked(work.tx(), patient, span).await
}

/// The first booking of today with which a patient was checked in and that nobody began to see to.
pub async fn arrived_today(work: &mut Work, patient: PatientId) -> Result<Option<Booking>, DbError> {
    let span = span(work, work.today());
    match store::of_day(work.tx(), patient, span, AppointmentState::Arrived).await?.first() {
        Some(first) => store::by_id(work.tx(), first.id).await,
        None => Ok(None),
    }
}
