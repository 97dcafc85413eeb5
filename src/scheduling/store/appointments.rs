//! Appointments: one, many, and who is expected.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, AppointmentState, Interval, Place, ReasonId, SlotId};

/// An appointment with the words that pages show of it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct AppointmentRow {
    pub id: AppointmentId,
    pub reference: String,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_number: String,
    pub patient_phone: String,
    pub slot_id: SlotId,
    pub doctor_id: AccountId,
    pub doctor_name: String,
    pub room: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub reason_id: ReasonId,
    pub reason: String,
    pub complaint: String,
    pub note: String,
    pub place: Place,
    pub state: AppointmentState,
    pub held_until: Option<DateTime<Utc>>,
    pub booked_at: Option<DateTime<Utc>>,
    pub override_reason: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_by: Option<String>,
    pub end_reason: String,
    /// Who may take the ending back for some minutes.
    pub undo_by: Option<AccountId>,
    pub late_cancel: bool,
    pub counts_as_no_show: bool,
    pub objection: String,
    pub objection_state: Option<String>,
    pub rescheduled_to: Option<AppointmentId>,
    /// The appointment that was moved here, when, and who may take that back for some minutes.
    pub moved_from: Option<AppointmentId>,
    pub moved_at: Option<DateTime<Utc>>,
    pub move_undo_by: Option<AccountId>,
    pub needs_decision: bool,
    /// Whether the patient is in the clinic now, with a token.
    pub in_house: bool,
    /// Whether a visit for its reason is sealed.
    pub seals_visit: bool,
    /// The visit with which the patient came.
    pub visit_id: Option<i64>,
    pub calendar_uid: String,
    pub calendar_sequence: i64,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl AppointmentRow {
    /// Whether it was only ever a place that was kept: nobody booked it.
    pub fn never_booked(&self) -> bool {
        match self.state {
            AppointmentState::Hold => true,
            AppointmentState::Cancelled => self.booked_at.is_none(),
            AppointmentState::Booked
            | AppointmentState::Arrived
            | AppointmentState::InService
            | AppointmentState::Fulfilled
            | AppointmentState::NoShow
            | AppointmentState::Rescheduled
            | AppointmentState::EnteredInError => false,
        }
    }
}

/// One appointment.
pub async fn by_id(store: impl Store, id: AppointmentId) -> Result<Option<AppointmentRow>, DbError> {
    sql("select a.id, a.reference, a.patient_id, p.given_names || ' ' || p.family_name as patient_name,
            p.number as patient_number, p.phone as patient_phone, a.slot_id, a.doctor_id,
            trim(d.title || ' ' || d.name) as doctor_name, r.name as room, a.starts_at, a.ends_at, a.reason_id,
            v.name as reason, a.complaint, a.note, a.place, a.state, a.held_until, a.booked_at,
            a.override_reason, a.ended_at,
            a.ended_by, a.end_reason, a.undo_by, a.late_cancel, a.counts_as_no_show, a.objection, a.objection_state,
            a.rescheduled_to, o.id as moved_from, o.ended_at as moved_at, o.undo_by as move_undo_by,
            a.needs_decision, a.calendar_uid, a.calendar_sequence, a.updated_at, a.version,
            exists (select 1 from visit w where w.patient_id = a.patient_id and w.closed_at is null) as in_house,
            v.seals_visit, (select w.id from visit w where w.appointment_id = a.id) as visit_id
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id left join appointment o on o.rescheduled_to = a.id
         where a.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// A line of a list.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Listed {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_number: String,
    pub doctor_name: String,
    pub room: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub reason: String,
    pub state: AppointmentState,
    pub needs_decision: bool,
}

/// What the list at the desk is narrowed to.
#[derive(Debug, Clone)]
pub struct Narrow {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub doctor: Option<AccountId>,
    pub state: Option<AppointmentState>,
    pub patient: Option<PatientId>,
    /// What was typed; none for any.
    pub search: Option<Search>,
    pub undecided: bool,
    /// The last line of the page before.
    pub after: Option<(DateTime<Utc>, AppointmentId)>,
}

/// What somebody typed to find appointments of.
#[derive(Debug, Clone)]
pub struct Search {
    /// Its words, folded as the patients' search folds them: each begins a word of the name or a number.
    pub words: Vec<String>,
    /// The same as a reference.
    pub reference: String,
    /// The same as a clinic number, if it is one.
    pub number: String,
}

/// A page of appointments in the order of time. Holds are nobody's business, also those that were never confirmed.
pub async fn list(store: impl Store, narrow: &Narrow, limit: i64) -> Result<Vec<Listed>, DbError> {
    let (after_at, after_id) = narrow.after.unwrap_or((narrow.from, AppointmentId(0)));
    let list = sql("select a.id, a.patient_id, p.given_names || ' ' || p.family_name as patient_name, p.number as patient_number,
            trim(d.title || ' ' || d.name) as doctor_name, r.name as room, a.starts_at, v.name as reason, a.state,
            a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.starts_at >= $1 and a.starts_at < $2 and (a.starts_at > $8 or (a.starts_at = $8 and a.id > $9))
           and (cast($3 as bigint) is null or a.doctor_id = $3)
           and (cast($4 as text) is null or a.state = $4) and (cast($5 as bigint) is null or a.patient_id = $5)
           and (not $6 or a.reference = $10 or p.number = $11 or ($12 <> ''
             and a.patient_id in (select patient_id from patient_term where term >= $12 and term < $13)
             and ($14 = '' or a.patient_id in (select patient_id from patient_term where term >= $14 and term < $15))
             and ($16 = '' or a.patient_id in (select patient_id from patient_term where term >= $16 and term < $17))
             and ($18 = '' or a.patient_id in (select patient_id from patient_term where term >= $18 and term < $19))))
           and (not $7 or (a.needs_decision and a.state = 'booked')) and a.state <> 'hold' and (a.state <> 'cancelled' or a.booked_at is not null)
         order by a.starts_at, a.id limit $20");
    let search = narrow.search.as_ref();
    let list = list
        .bind(narrow.from)
        .bind(narrow.until)
        .bind(narrow.doctor)
        .bind(narrow.state)
        .bind(narrow.patient)
        .bind(search.is_some())
        .bind(narrow.undecided)
        .bind(after_at)
        .bind(after_id)
        .bind(search.map_or("", |search| search.reference.as_str()))
        .bind(search.map_or("", |search| search.number.as_str()));
    let word = |at: usize| search.and_then(|search| search.words.get(at)).map_or("", String::as_str);
    let words = (0..4).map(word);
    words
        .fold(list, |list, word| list.bind(word).bind(format!("{word}\u{10FFFF}")))
        .bind(limit)
        .all(store)
        .await
}

/// A patient's own appointments that are to come (the next first) or over (the last first), as it stands `now`. Who is
/// late can still come (rule N1): what is booked since `kept_since` is not over.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    (now, kept_since): (DateTime<Utc>, DateTime<Utc>),
    upcoming: bool,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let text = if upcoming {
        "select a.id, a.patient_id, p.given_names || ' ' || p.family_name as patient_name, p.number as patient_number,
            trim(d.title || ' ' || d.name) as doctor_name, r.name as room, a.starts_at, v.name as reason, a.state,
            a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.patient_id = $1 and ((a.state = 'booked' and a.starts_at >= $3)
            or (a.ends_at > $2 and a.state in ('booked', 'arrived', 'in_service')))
         order by a.starts_at limit $4"
    } else {
        "select a.id, a.patient_id, p.given_names || ' ' || p.family_name as patient_name, p.number as patient_number,
            trim(d.title || ' ' || d.name) as doctor_name, r.name as room, a.starts_at, v.name as reason, a.state,
            a.needs_decision
         from appointment a join patient p on p.id = a.patient_id join account d on d.id = a.doctor_id
         join visit_reason v on v.id = a.reason_id join slot s on s.id = a.slot_id
         left join room r on r.id = s.room_id
         where a.patient_id = $1 and a.state <> 'hold' and (a.state <> 'cancelled' or a.booked_at is not null)
           and not (a.state = 'booked' and a.starts_at >= $3)
           and (a.ends_at <= $2 or a.state not in ('booked', 'arrived', 'in_service'))
         order by a.starts_at desc limit $4"
    };
    sql(text).bind(patient).bind(now).bind(kept_since).bind(limit).all(store).await
}

#[derive(serde::Deserialize)]
struct Span {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// The times of a patient's open appointments that are not over, without one of them.
pub async fn open_of(
    store: impl Store,
    patient: PatientId,
    now: DateTime<Utc>,
    without: Option<AppointmentId>,
) -> Result<Vec<Interval>, DbError> {
    let spans: Vec<Span> = sql("select starts_at, ends_at from appointment
         where patient_id = $1 and ends_at > $2 and state in ('hold', 'booked', 'arrived', 'in_service')
           and (cast($3 as bigint) is null or id <> $3)")
    .bind(patient)
    .bind(now)
    .bind(without)
    .all(store)
    .await?;
    Ok(spans.iter().filter_map(|span| Interval::new(span.starts_at, span.ends_at)).collect())
}

/// The words of a patient's latest hold that was not confirmed, if it began after `since`: another time chosen a moment
/// later keeps them, whether the hold before still stands or has run out.
pub async fn words_so_far(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<String, DbError> {
    let found: Option<(String,)> = sql("select complaint from appointment
         where id = (select max(id) from appointment where patient_id = $1) and created_at > $2
           and booked_at is null")
    .bind(patient)
    .bind(since)
    .optional(store)
    .await?;
    Ok(found.map(|row| row.0).unwrap_or_default())
}

/// Another time that a patient chose since.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Newer {
    pub id: AppointmentId,
    pub state: AppointmentState,
    pub starts_at: DateTime<Utc>,
}

/// The latest time that a patient chose online after `id`, if it is still kept or booked.
pub async fn chosen_after(
    store: impl Store,
    patient: PatientId,
    id: AppointmentId,
    now: DateTime<Utc>,
) -> Result<Option<Newer>, DbError> {
    sql("select id, state, starts_at from appointment where patient_id = $1 and id > $2 and place = 'public'
           and ((state = 'hold' and held_until > $3) or (state = 'booked' and ends_at > $3))
         order by id desc limit 1")
    .bind(patient)
    .bind(id)
    .bind(now)
    .optional(store)
    .await
}

/// Whether a place is, or was until its minutes were over, kept for this patient and never booked.
pub async fn is_being_booked(
    store: impl Store,
    patient: PatientId,
    id: AppointmentId,
) -> Result<bool, DbError> {
    let found: i64 = sql("select count(*) from appointment where id = $1 and patient_id = $2
            and booked_at is null and state in ('hold', 'cancelled')")
    .bind(id)
    .bind(patient)
    .scalar(store)
    .await?;
    Ok(found > 0)
}

/// A hold that may be let go.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Held {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub slot_id: SlotId,
    pub doctor_id: AccountId,
    pub place: Place,
}

/// The holds of one patient.
pub async fn holds_of(store: impl Store, patient: PatientId) -> Result<Vec<Held>, DbError> {
    sql("select id, patient_id, slot_id, doctor_id, place from appointment
         where patient_id = $1 and state = 'hold'")
    .bind(patient)
    .all(store)
    .await
}

/// Holds whose time is over.
pub async fn holds_over(store: impl Store, now: DateTime<Utc>, limit: i64) -> Result<Vec<Held>, DbError> {
    sql("select id, patient_id, slot_id, doctor_id, place from appointment
         where state = 'hold' and held_until <= $1 order by held_until limit $2")
    .bind(now)
    .bind(limit)
    .all(store)
    .await
}

/// Someone who has a place in a slot that is about to change.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Affected {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub slot_id: SlotId,
    pub patient_name: String,
    pub patient_number: String,
    pub patient_phone: String,
    pub starts_at: DateTime<Utc>,
}

/// Who is booked with a doctor (or with anybody) in `[from, until)`.
pub async fn booked_between(
    store: impl Store,
    doctor: Option<AccountId>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Affected>, DbError> {
    sql("select a.id, a.patient_id, a.slot_id, p.given_names || ' ' || p.family_name as patient_name, p.number as patient_number,
            p.phone as patient_phone, a.starts_at
         from appointment a join patient p on p.id = a.patient_id
         where a.state = 'booked' and a.ends_at > $1 and a.starts_at < $2
           and (cast($3 as bigint) is null or a.doctor_id = $3)
         order by a.starts_at, a.id")
    .bind(from)
    .bind(until)
    .bind(doctor)
    .all(store)
    .await
}
