//! Who is expected: what arrivals, queues and home pages read of bookings.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::clock::minute_of;
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState};

/// Someone with a booking.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Expected {
    /// The booking.
    pub appointment_id: AppointmentId,
    /// Its version, for compare-and-set.
    pub version: i64,
    /// Who comes.
    pub patient_id: PatientId,
    /// The name as people read it.
    pub patient_name: String,
    /// The clinic number.
    pub patient_number: String,
    /// Whom to see.
    pub doctor_id: AccountId,
    /// The doctor's name with title.
    pub doctor_name: String,
    /// Where, once known.
    pub room: Option<String>,
    /// The booked time.
    pub starts_at: DateTime<Utc>,
    /// Where the booking stands.
    pub state: AppointmentState,
    /// Why: the category only.
    pub reason: String,
    /// The clinic cannot keep the time: it has to be moved.
    pub needs_decision: bool,
}

impl Expected {
    /// Whether the patient has to hear of it: the clinic cannot keep the time, or has cancelled.
    pub fn is_lost(&self) -> bool {
        self.state == AppointmentState::Cancelled
            || self.needs_decision && self.state == AppointmentState::Booked
    }
}

/// Bookings that start in `[from, until)`, in the order of time; cancelled and moved ones are left out.
pub async fn todays_booked(
    store: impl Store,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Expected>, DbError> {
    sql("select a.id as appointment_id, a.version, a.patient_id, p.given_names || ' ' || p.family_name as patient_name,
            p.number as patient_number, a.doctor_id, trim(d.title || ' ' || d.name) as doctor_name, r.name as room,
            a.starts_at, a.state, v.name as reason, a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.starts_at >= $1 and a.starts_at < $2
           and a.state in ('booked', 'arrived', 'in_service', 'fulfilled', 'no_show')
         order by a.starts_at, a.id limit 1000")
    .bind(from)
    .bind(until)
    .all(store)
    .await
}

/// The booking with which a patient comes in `[from, until)`: the one that waits, else the one in progress.
pub async fn todays_booking_of(
    store: impl Store,
    patient: PatientId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Expected>, DbError> {
    sql("select a.id as appointment_id, a.version, a.patient_id, p.given_names || ' ' || p.family_name as patient_name,
            p.number as patient_number, a.doctor_id, trim(d.title || ' ' || d.name) as doctor_name, r.name as room,
            a.starts_at, a.state, v.name as reason, a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.patient_id = $1 and a.starts_at >= $2 and a.starts_at < $3
           and a.state in ('booked', 'arrived', 'in_service')
         order by case a.state when 'booked' then 0 else 1 end, a.starts_at limit 1")
    .bind(patient)
    .bind(from)
    .bind(until)
    .optional(store)
    .await
}

/// A patient's bookings that are not over, the next first; with those that the clinic cancelled, until the patient books
/// anew. Who is late can still come (rule N1): what is booked since `kept_since` stands until somebody says otherwise.
pub async fn coming(
    store: impl Store,
    patient: PatientId,
    now: DateTime<Utc>,
    kept_since: DateTime<Utc>,
) -> Result<Vec<Expected>, DbError> {
    sql("select a.id as appointment_id, a.version, a.patient_id, p.given_names || ' ' || p.family_name as patient_name,
            p.number as patient_number, a.doctor_id, trim(d.title || ' ' || d.name) as doctor_name, r.name as room,
            a.starts_at, a.state, v.name as reason, a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.patient_id = $1 and ((a.state = 'booked' and a.starts_at >= $3) or (a.ends_at > $2
            and (a.state in ('booked', 'arrived')
            or (a.state = 'cancelled' and a.ended_by = 'clinic' and not exists (select 1 from appointment b
                where b.patient_id = a.patient_id and b.booked_at > a.ended_at)))))
         order by a.starts_at limit 20")
    .bind(patient)
    .bind(now)
    .bind(kept_since)
    .all(store)
    .await
}

/// The start of the next slot that the public can book.
pub async fn next_free(store: impl Store, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DbError> {
    let found: Vec<(DateTime<Utc>,)> = sql("select starts_at from slot
         where starts_at > $1 and state = 'open' and exists (select 1 from account a
            join account_role o on o.account_id = a.id and o.role = 'doctor'
            where a.id = slot.doctor_id and a.state = 'active') and taken_public < public_capacity
           and taken_public + taken_desk < capacity and (public_from is null or public_from <= $1) order by starts_at limit 1")
    .bind(minute_of(now))
    .all_kept(store)
    .await?;
    Ok(found.first().map(|row| row.0))
}
