//! What arriving, being served and leaving mean for an appointment. A step that comes too late changes nothing: the line
//! goes on whatever happened to the booking meanwhile.

use chrono::{DateTime, NaiveDate, Utc};

use super::store::appointments::{self as store, Booking};
use super::store::entries::Entry;
use super::verbs::Refused;
use crate::access::model::AccountId;
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState};
use crate::scheduling::{self, Refusal};
use crate::work::Work;

/// The patient is here.
pub async fn arrive(work: &mut Work, id: AppointmentId) -> Result<(), Refused> {
    at_most(scheduling::arrive(work, id).await.map(|_| ()))
}

/// A consultation began: that for which the patient is booked with this doctor, else that with which the patient came.
pub async fn in_service(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    let own = match entry.served_by {
        Some(doctor) => here_for(work, entry, doctor).await?.map(|booking| booking.id),
        None => None,
    };
    match own.or(entry.appointment_id) {
        Some(id) => at_most(scheduling::in_service(work, id).await),
        None => Ok(()),
    }
}

/// The booking of the day with a doctor that was checked in on this token.
async fn here_for(work: &mut Work, entry: &Entry, doctor: AccountId) -> Result<Option<Booking>, DbError> {
    let day = span(work, entry.day);
    store::here_for(work.tx(), entry.patient_id, day, doctor).await
}

/// The booking for which a token waits with this doctor; without one, that with which the patient came, while it lasts, and
/// else another one that was checked in.
pub async fn next_of(
    work: &mut Work,
    entry: &Entry,
    doctor: Option<AccountId>,
) -> Result<Option<Booking>, DbError> {
    if let Some(doctor) = doctor
        && let Some(booking) = here_for(work, entry, doctor).await?
    {
        return Ok(Some(booking));
    }
    let own = match entry.appointment_id {
        Some(id) => store::by_id(work.tx(), id).await?,
        None => None,
    };
    let lasts = |own: &Booking| matches!(own.state, AppointmentState::Arrived | AppointmentState::InService);
    if own.as_ref().is_some_and(lasts) {
        return Ok(own);
    }
    Ok(arrived_today(work, entry.patient_id).await?.or(own))
}

/// How the bookings of the day stand that a move of this token can change.
pub async fn standing(work: &mut Work, entry: &Entry) -> Result<Stands, DbError> {
    let day = span(work, entry.day);
    store::standing(work.tx(), entry.patient_id, day).await
}

/// How the bookings of today stand that a check-in can change.
pub async fn standing_today(work: &mut Work, patient: PatientId) -> Result<Stands, DbError> {
    let day = span(work, work.today());
    store::standing(work.tx(), patient, day).await
}

/// The bookings of a day, and how each stands.
pub type Stands = Vec<(AppointmentId, AppointmentState)>;

/// Lets the bookings stand again as they stood before a move (Q11). What somebody decided since stays.
pub async fn restore(work: &mut Work, stood: &Stands) -> Result<(), Refused> {
    for (id, state) in stood {
        let made: &[AppointmentState] = match state {
            AppointmentState::Booked | AppointmentState::NoShow => &[AppointmentState::Arrived],
            AppointmentState::Arrived => &[AppointmentState::Fulfilled, AppointmentState::InService],
            AppointmentState::InService => &[AppointmentState::Fulfilled],
            AppointmentState::Hold
            | AppointmentState::Fulfilled
            | AppointmentState::Cancelled
            | AppointmentState::Rescheduled
            | AppointmentState::EnteredInError => &[],
        };
        for made in made {
            take_back(work, *id, *made).await?;
        }
    }
    Ok(())
}

/// The visit is over, and with it every booking of the day that was checked in on its token, its own too where a nurse did
/// all there was to do. Another one that nobody has seen to keeps it open.
pub async fn fulfil(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    let day = span(work, entry.day);
    if let Some(booking) = store::unseen(work.tx(), entry.visit_id, day).await? {
        let at = work.app.clinic().clock(booking.starts_at);
        return Err(Refused::Because(format!(
            "The booking at {at} with {} is still to come. Transfer {} to that doctor, or choose \"Patient left\".",
            booking.doctor, entry.token
        )));
    }
    for (id, stands) in standing(work, entry).await? {
        if stands == AppointmentState::Arrived {
            at_most(scheduling::in_service(work, id).await)?;
        }
        if matches!(stands, AppointmentState::Arrived | AppointmentState::InService) {
            at_most(scheduling::fulfil(work, id).await)?;
        }
    }
    Ok(())
}

/// The check-in is taken back, with all bookings that it covered.
pub async fn not_here(work: &mut Work, entry: &Entry) -> Result<(), Refused> {
    if let Some(id) = entry.appointment_id {
        take_back(work, id, AppointmentState::Arrived).await?;
    }
    for one in others(work, entry, AppointmentState::Arrived).await? {
        take_back(work, one, AppointmentState::Arrived).await?;
    }
    Ok(())
}

/// The bookings of the patient's day that stand so, besides the one that opened the visit.
async fn others(
    work: &mut Work,
    entry: &Entry,
    state: AppointmentState,
) -> Result<Vec<AppointmentId>, DbError> {
    let all = standing(work, entry).await?;
    let mut others: Vec<AppointmentId> = Vec::new();
    for (id, stands) in all {
        if stands == state && Some(id) != entry.appointment_id {
            others.push(id);
        }
    }
    Ok(others)
}

/// From when to when a day lasts.
fn span(work: &Work, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let clinic = work.app.clinic();
    (clinic.start_of(day), clinic.start_of(day.succ_opt().unwrap_or(day)))
}

/// Takes one of the steps above back (Q11).
async fn take_back(work: &mut Work, id: AppointmentId, made: AppointmentState) -> Result<(), Refused> {
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
    let all = standing_today(work, patient).await?;
    match all.iter().find(|(_, state)| *state == AppointmentState::Arrived) {
        Some((first, _)) => store::by_id(work.tx(), *first).await,
        None => Ok(None),
    }
}
