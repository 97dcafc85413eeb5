//! Visits and their tokens.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, moment, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::scheduling::model::AppointmentId;

/// A patient's visit of one day.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// Whose.
    pub patient_id: PatientId,
    /// The day's token.
    pub token: String,
    /// The secret of the printed slip.
    pub slip_code: String,
    /// The booking with which the patient came.
    pub appointment_id: Option<AppointmentId>,
    /// When the patient was checked in.
    #[serde(deserialize_with = "moment::at")]
    pub opened_at: DateTime<Utc>,
    /// When it ended; none while the patient is in the clinic.
    #[serde(deserialize_with = "moment::maybe_at")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A visit that is about to be opened.
#[derive(Debug)]
pub struct NewVisit<'a> {
    pub patient: PatientId,
    pub day: NaiveDate,
    pub series: &'a str,
    pub number: i64,
    pub token: &'a str,
    pub slip_code: &'a str,
    pub appointment: Option<AppointmentId>,
    pub at: DateTime<Utc>,
}

/// Whoever checks the same patient in waits here until this transaction ends. False when there is no such patient.
pub async fn hold_patient(tx: &mut Tx, patient: PatientId) -> Result<bool, DbError> {
    let held = sql("update patient set state = state where id = $1").bind(patient).run(tx);
    Ok(held.await? == 1)
}

/// The next number of a series on a day. It is given once: a transaction that fails gives it back.
pub async fn next_number(tx: &mut Tx, series: &str, day: NaiveDate) -> Result<i64, DbError> {
    sql("insert into counter (scope, day, last) values ($1, $2, 1)
         on conflict (scope, day) do update set last = counter.last + 1 returning last")
    .bind(format!("token:{series}"))
    .bind(day)
    .scalar(tx)
    .await
}

/// Opens a visit.
pub async fn insert(tx: &mut Tx, new: &NewVisit<'_>) -> Result<VisitId, DbError> {
    sql("insert into visit (patient_id, day, series, number, token, slip_code, appointment_id, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id")
    .bind(new.patient)
    .bind(new.day)
    .bind(new.series)
    .bind(new.number)
    .bind(new.token)
    .bind(new.slip_code)
    .bind(new.appointment)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// A patient's visit of a day.
pub async fn of_day(store: impl Store, patient: PatientId, day: NaiveDate) -> Result<Option<Visit>, DbError> {
    sql("select id, patient_id, token, slip_code, appointment_id, opened_at, closed_at
         from visit where patient_id = $1 and day = $2")
    .bind(patient)
    .bind(day)
    .optional(store)
    .await
}

/// One visit.
pub async fn by_id(store: impl Store, id: VisitId) -> Result<Option<Visit>, DbError> {
    sql("select id, patient_id, token, slip_code, appointment_id, opened_at, closed_at
         from visit where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Opens a visit of the same day again; the token stays. `came` is when the patient came again; none where only the end is
/// taken back.
pub async fn reopen(
    tx: &mut Tx,
    id: VisitId,
    appointment: Option<AppointmentId>,
    came: Option<DateTime<Utc>>,
) -> Result<(), DbError> {
    sql("update visit set closed_at = null, close_reason = null, version = version + 1,
            appointment_id = coalesce($2, appointment_id), came_again_at = coalesce($3, came_again_at) where id = $1")
    .bind(id)
    .bind(appointment)
    .bind(came)
    .run(tx)
    .await?;
    Ok(())
}

/// How a visit ended, and with what it had begun.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Ending {
    pub appointment_id: Option<AppointmentId>,
    pub came_again_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: Option<String>,
}

/// How a visit has ended.
pub async fn ending(store: impl Store, id: VisitId) -> Result<Option<Ending>, DbError> {
    sql("select appointment_id, came_again_at, closed_at, close_reason from visit where id = $1")
        .bind(id)
        .optional(store)
        .await
}

/// Lets a visit that was opened again end as it had ended.
pub async fn end_as(tx: &mut Tx, id: VisitId, was: &Ending) -> Result<(), DbError> {
    sql("update visit set appointment_id = $2, came_again_at = $3, closed_at = $4, close_reason = $5,
            version = version + 1 where id = $1 and closed_at is null")
    .bind(id)
    .bind(was.appointment_id)
    .bind(was.came_again_at)
    .bind(was.closed_at)
    .bind(was.close_reason.as_deref())
    .run(tx)
    .await?;
    Ok(())
}

/// Whoever never was with a doctor needs nobody to say what becomes of the visit (rule V2).
pub async fn not_consulted(
    tx: &mut Tx,
    id: VisitId,
    (by, name): (Option<AccountId>, &str),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into disposition (visit_id, patient_id, kind, decided_by, decided_name, decided_at)
         select v.id, v.patient_id, 'not_consulted', cast($2 as bigint), $3, $4 from visit v
         where v.id = $1 and v.closed_at is null
            and not exists (select 1 from queue_entry e join service_point p on p.id = e.point_id
                where e.visit_id = v.id and p.kind = 'consulting' and e.started_at is not null)
            and not exists (select 1 from note n where n.visit_id = v.id and n.kind = 'consultation'
                and n.state in ('draft', 'signed'))
         on conflict (visit_id) do nothing")
    .bind(id)
    .bind(by)
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Closes a visit. `reason` is `finished` or `left`.
///
/// # Errors
/// Constraints of rule V2, each a [`crate::queue::model::Missing`].
pub async fn close(tx: &mut Tx, id: VisitId, reason: &'static str, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update visit set closed_at = $2, close_reason = $3, version = version + 1
         where id = $1 and closed_at is null")
    .bind(id)
    .bind(at)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(())
}

/// Ends what earlier days left open (Q13): entries become `left`, visits are closed by the day. Of
/// everybody; or of one patient, and then also what a clock that ran ahead opened on a later day. Returns the visits it
/// closed, and whose they are.
pub async fn close_days_before(
    tx: &mut Tx,
    day: NaiveDate,
    patient: Option<PatientId>,
    at: DateTime<Utc>,
) -> Result<Vec<(VisitId, PatientId)>, DbError> {
    sql("insert into queue_event (entry_id, at, move, from_state, to_state, entry_version)
         select id, $2, 'day_close', state, 'left', version + 1 from queue_entry
         where state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and (cast($3 as bigint) is null and day < $1 or patient_id = $3 and day <> $1)")
    .bind(day)
    .bind(at)
    .bind(patient)
    .run(&mut *tx)
    .await?;
    sql("update queue_entry set state = 'left', ended_at = $2, version = version + 1
         where state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and (cast($3 as bigint) is null and day < $1 or patient_id = $3 and day <> $1)")
    .bind(day)
    .bind(at)
    .bind(patient)
    .run(&mut *tx)
    .await?;
    sql("update visit set closed_at = $2, close_reason = 'day_close', version = version + 1
         where closed_at is null
            and (cast($3 as bigint) is null and day < $1 or patient_id = $3 and day <> $1)
         returning id, patient_id")
    .bind(day)
    .bind(at)
    .bind(patient)
    .all(tx)
    .await
}
