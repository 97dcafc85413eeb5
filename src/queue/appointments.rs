//! What arriving, being served and leaving mean for an appointment. Each step is guarded by the state it starts from;
//! one that comes too late changes nothing.

use chrono::NaiveDate;

use super::store::appointments::{self as store, Booking};
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState as S};
use crate::work::Work;

/// The patient is here. False when the appointment is no longer booked.
pub async fn arrive(work: &mut Work, id: AppointmentId) -> Result<bool, DbError> {
    step(work, id, S::Booked, S::Arrived).await
}

/// The consultation began.
pub async fn in_service(work: &mut Work, id: AppointmentId) -> Result<bool, DbError> {
    step(work, id, S::Arrived, S::InService).await
}

/// The visit is over.
pub async fn fulfil(work: &mut Work, id: AppointmentId) -> Result<bool, DbError> {
    step(work, id, S::InService, S::Fulfilled).await
}

/// Takes one of the steps above back (Q11).
pub async fn take_back(work: &mut Work, id: AppointmentId, made: S) -> Result<bool, DbError> {
    match made.undone() {
        Some(before) => step(work, id, made, before).await,
        None => Ok(false),
    }
}

/// The booking with which a patient can be checked in on `day`.
pub async fn todays_booking_of(
    work: &mut Work,
    patient: PatientId,
    day: NaiveDate,
) -> Result<Option<Booking>, DbError> {
    let clinic = work.app.clinic();
    let from = clinic.start_of(day);
    let until = clinic.start_of(day.succ_opt().unwrap_or(day));
    store::booked_between(work.tx(), patient, from, until).await
}

async fn step(work: &mut Work, id: AppointmentId, from: S, to: S) -> Result<bool, DbError> {
    let at = work.now();
    store::step(work.tx(), id, from, to, at).await
}
