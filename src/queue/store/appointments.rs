//! Today's appointments, as the door needs them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryState, PointKind, VisitId};
use crate::scheduling::model::{AppointmentId, AppointmentState};

/// An appointment at the door.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Booking {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub doctor_id: AccountId,
    pub doctor: String,
    pub starts_at: DateTime<Utc>,
    pub state: AppointmentState,
}

/// One line of today's arrivals.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Expected {
    pub id: AppointmentId,
    pub starts_at: DateTime<Utc>,
    pub state: AppointmentState,
    pub patient_id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub number: String,
    pub matric_number: Option<String>,
    pub doctor_id: AccountId,
    pub doctor: String,
    pub visit_id: Option<VisitId>,
    pub token: Option<String>,
    pub entry_state: Option<EntryState>,
    pub point_kind: Option<PointKind>,
    pub point: Option<String>,
}

/// Who is booked on a day, which lasts over `[from, until)`, by time; with the token of who came.
pub async fn expected(
    store: impl Store,
    day: NaiveDate,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Expected>, DbError> {
    sql("select a.id, a.starts_at, a.state, a.patient_id, p.family_name, p.given_names, p.number, p.matric_number,
            a.doctor_id, trim(d.title || ' ' || d.name) as doctor, v.id as visit_id, v.token, e.state as entry_state,
            q.kind as point_kind, q.name as point
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         left join visit v on v.patient_id = a.patient_id and v.day = $3
            and (v.appointment_id = a.id or a.state in ('arrived', 'in_service', 'fulfilled'))
         left join queue_entry e on e.visit_id = v.id
            and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and (v.appointment_id = a.id or a.state <> 'fulfilled')
         left join service_point q on q.id = e.point_id
         where a.starts_at >= $1 and a.starts_at < $2
            and a.state in ('booked', 'arrived', 'in_service', 'fulfilled', 'no_show')
         order by a.starts_at, a.id limit 300")
    .bind(from)
    .bind(until)
    .bind(day)
    .all_kept(store)
    .await
}

/// The booking with which a patient comes between two moments: the next that stands; with `missed`, where none does,
/// the last one that was recorded as not attended.
pub async fn booked_between(
    store: impl Store,
    patient: PatientId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    missed: bool,
) -> Result<Option<Booking>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, trim(d.title || ' ' || d.name) as doctor, a.starts_at, a.state
         from appointment a join account d on d.id = a.doctor_id
         where a.patient_id = $1 and a.starts_at >= $2 and a.starts_at < $3
            and (a.state = 'booked' or ($4 and a.state = 'no_show'))
         order by case when a.state = 'booked' then 0 else 1 end, case when a.state = 'booked' then a.starts_at end,
            a.starts_at desc limit 1")
    .bind(patient)
    .bind(from)
    .bind(until)
    .bind(missed)
    .optional(store)
    .await
}

/// The bookings of a patient between two moments that wait for their patient, by time.
pub async fn all_booked(
    store: impl Store,
    patient: PatientId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Booking>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, trim(d.title || ' ' || d.name) as doctor, a.starts_at, a.state
         from appointment a join account d on d.id = a.doctor_id
         where a.patient_id = $1 and a.starts_at >= $2 and a.starts_at < $3 and a.state = 'booked'
         order by a.starts_at, a.id")
    .bind(patient)
    .bind(from)
    .bind(until)
    .all(store)
    .await
}

/// How the bookings of a patient between two moments stand, of those that a move of the token can change.
pub async fn standing(
    store: impl Store,
    patient: PatientId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(AppointmentId, AppointmentState)>, DbError> {
    sql("select id, state from appointment where patient_id = $1 and starts_at >= $2 and starts_at < $3
            and state in ('booked', 'no_show', 'arrived', 'in_service') order by starts_at, id")
    .bind(patient)
    .bind(from)
    .bind(until)
    .all(store)
    .await
}

/// The booking between two moments that a patient is here for with one doctor; what nobody began to see to goes first.
pub async fn here_for(
    store: impl Store,
    patient: PatientId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    doctor: AccountId,
) -> Result<Option<Booking>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, trim(d.title || ' ' || d.name) as doctor, a.starts_at, a.state
         from appointment a join account d on d.id = a.doctor_id
         where a.patient_id = $1 and a.starts_at >= $2 and a.starts_at < $3 and a.doctor_id = $4
            and a.state in ('arrived', 'in_service')
         order by case when a.state = 'arrived' then 0 else 1 end, a.starts_at, a.id limit 1")
    .bind(patient)
    .bind(from)
    .bind(until)
    .bind(doctor)
    .optional(store)
    .await
}

/// The first booking of a visit's patient between two moments that was checked in and that nobody has seen to: since then
/// neither its doctor nor another one than the visit's own began a consultation. That with which the patient came counts
/// once another one has begun.
pub async fn unseen(
    store: impl Store,
    visit: VisitId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Booking>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, trim(d.title || ' ' || d.name) as doctor, a.starts_at, a.state
         from visit v join appointment a on a.patient_id = v.patient_id and a.starts_at >= $2 and a.starts_at < $3
            and a.state = 'arrived' and (a.id <> coalesce(v.appointment_id, 0) or exists (select 1 from appointment b
                where b.patient_id = v.patient_id and b.starts_at >= $2 and b.starts_at < $3 and b.state = 'in_service'))
         join account d on d.id = a.doctor_id left join appointment own on own.id = v.appointment_id
         where v.id = $1 and not exists (select 1 from queue_entry e join service_point p on p.id = e.point_id
            where e.visit_id = v.id and p.kind = 'consulting' and e.started_at >= a.updated_at
                and (e.served_by = a.doctor_id
                    or a.id <> coalesce(v.appointment_id, 0) and e.served_by <> coalesce(own.doctor_id, 0)))
         order by a.starts_at, a.id limit 1")
    .bind(visit)
    .bind(from)
    .bind(until)
    .optional(store)
    .await
}

/// One appointment.
pub async fn by_id(store: impl Store, id: AppointmentId) -> Result<Option<Booking>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, trim(d.title || ' ' || d.name) as doctor, a.starts_at, a.state
         from appointment a join account d on d.id = a.doctor_id where a.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// The appointment that a reference names.
pub async fn by_reference(store: impl Store, reference: &str) -> Result<Option<AppointmentId>, DbError> {
    sql("select id from appointment where reference = $1")
        .bind(reference)
        .optional::<(AppointmentId,)>(store)
        .await
        .map(|row| row.map(|row| row.0))
}
