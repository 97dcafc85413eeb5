//! What arriving, being served and leaving mean for an appointment. A step that comes too late changes nothing: the line
//! goes on whatever happened to the booking meanwhile.

use chrono::NaiveDate;

use super::store::appointments::{self as store, Booking};
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

/// The visit is over.
pub async fn fulfil(work: &mut Work, id: AppointmentId) -> Result<(), Refused> {
    at_most(scheduling::fulfil(work, id).await)
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
