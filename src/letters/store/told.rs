//! What of a visit is told outside of the consulting room. Of notes only the parts for the patient leave the database.

use chrono::{DateTime, NaiveDate, Utc};

use crate::consultation::model::Outcome;
use crate::db::{DbError, Store, sql};
use crate::laboratory::model::{Flag, ResultId, decimal};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// What a doctor or nurse wrote for the patient.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Advice {
    pub author_name: String,
    pub advice: String,
    pub follow_up: String,
}

/// What was written for the patient in the signed notes of a visit.
pub async fn advice(store: impl Store, visit: VisitId) -> Result<Vec<Advice>, DbError> {
    sql("select n.author_name, n.advice, n.follow_up from note n
         where n.visit_id = $1 and n.state = 'signed' and n.signed_at is not null order by n.id")
    .bind(visit)
    .all(store)
    .await
}

/// A value of a result.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Found {
    /// The version of the result.
    pub result_id: ResultId,
    pub test: String,
    pub name: String,
    pub unit: String,
    pub decimals: i64,
    pub number: Option<i64>,
    pub words: String,
    pub flag: Flag,
}

impl Found {
    /// `Packed cell volume 38 %, low`.
    pub fn line(&self) -> String {
        let value = match self.number {
            Some(number) => format!("{} {}", decimal(number, self.decimals), self.unit),
            None => self.words.clone(),
        };
        let flag = if self.flag.is_abnormal() {
            format!(", {}", self.flag.label().to_lowercase())
        } else {
            String::new()
        };
        let name =
            if self.name == self.test { self.name.clone() } else { format!("{}: {}", self.test, self.name) };
        format!("{name} {}{flag}", value.trim())
    }
}

/// The results of a visit that the doctor may use, a critical one also before its call (rule L5); with `patient_reads`
/// only those that the patient may read by now.
pub async fn results(
    store: impl Store,
    visit: VisitId,
    patient_reads: Option<DateTime<Utc>>,
) -> Result<Vec<Found>, DbError> {
    let far = DateTime::from_timestamp(32_503_680_000, 0).unwrap_or_default();
    sql("select r.id as result_id, c.name as test, v.name, v.unit, v.decimals, v.number, v.words, v.flag
         from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
            join lab_test c on c.id = l.test_id join lab_value v on v.result_id = r.id
         where l.visit_id = $1 and (l.state = 'released' or r.void or ($2 and l.state = 'verified'))
            and ($2 or (not l.in_person and l.patient_at is not null and l.patient_at <= $3))
         order by l.id, v.position limit 200")
    .bind(visit)
    .bind(patient_reads.is_none())
    .bind(patient_reads.unwrap_or(far))
    .all(store)
    .await
}

/// When a result of a visit that held at this moment was corrected or withdrawn since; none where all hold.
pub async fn corrected_since(
    store: impl Store,
    visit: VisitId,
    at: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let newest: Option<(DateTime<Utc>,)> = sql("select n.verified_at from lab_line l join lab_result n on n.line_id = l.id
         where l.visit_id = $1 and n.state = 'current' and n.verified_at > $2 and exists (select 1 from lab_result o
            where o.line_id = l.id and o.state = 'superseded' and o.verified_at <= $2)
         order by n.verified_at desc limit 1")
    .bind(visit)
    .bind(at)
    .optional(store)
    .await?;
    Ok(newest.map(|(at,)| at))
}

/// A test that was ordered in a visit, as the patient may know of it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Ordered {
    pub plain_name: String,
    /// Whether the patient may read its result by now.
    pub readable: bool,
    /// Whether what was released was withdrawn.
    pub withdrawn: bool,
    pub is_done: bool,
    /// Whether its sample was rejected and the laboratory waits for a new one.
    pub needs_sample: bool,
}

/// The tests of a visit; those that are told in person are not named on a phone.
pub async fn tests(store: impl Store, visit: VisitId, now: DateTime<Utc>) -> Result<Vec<Ordered>, DbError> {
    sql("select c.plain_name, coalesce(r.void, false) as withdrawn,
            (l.state = 'released' and l.patient_at is not null and l.patient_at <= $2) as readable,
            (l.state = 'released') as is_done, (l.state = 'rejected') as needs_sample
         from lab_line l join lab_test c on c.id = l.test_id
            left join lab_result r on r.line_id = l.id and r.state = 'current'
         where l.visit_id = $1 and (l.state <> 'cancelled' or r.void) and not l.in_person order by l.id limit 100")
    .bind(visit)
    .bind(now)
    .all(store)
    .await
}

/// What became of the visit, and when the patient comes back: a day that a doctor said, and the next appointment.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Next {
    pub outcome: Option<Outcome>,
    /// To whom, why; or empty.
    pub outcome_note: String,
    pub back_on: Option<NaiveDate>,
    pub appointment_at: Option<DateTime<Utc>>,
}

/// See [`Next`].
pub async fn next(
    store: impl Store,
    patient: PatientId,
    visit: VisitId,
    now: DateTime<Utc>,
) -> Result<Next, DbError> {
    sql("select (select d.kind from disposition d where d.visit_id = $2) as outcome,
            coalesce((select d.note from disposition d where d.visit_id = $2), '') as outcome_note,
            (select d.back_on from disposition d where d.visit_id = $2) as back_on,
            (select min(a.starts_at) from appointment a where a.patient_id = $1 and a.state = 'booked' and a.starts_at > $3)
                as appointment_at")
    .bind(patient)
    .bind(visit)
    .bind(now)
    .one(store)
    .await
}

/// A visit in the patient's own list.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Visited {
    pub id: VisitId,
    pub opened_at: DateTime<Utc>,
    pub is_open: bool,
    /// The doctor who signed, or empty.
    pub doctor: String,
    /// The main finding in plain words, or empty.
    pub found: String,
}

/// A patient's visits, the newest first.
pub async fn visits(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Visited>, DbError> {
    sql("select v.id, v.opened_at, v.closed_at is null as is_open,
            coalesce((select n.author_name from note n where n.visit_id = v.id and n.state = 'signed' and n.kind = 'consultation'
                order by n.id limit 1), '') as doctor,
            coalesce((select d.plain_name from diagnosis d where d.visit_id = v.id and d.state = 'signed'
                and d.certainty <> 'ruled_out' order by d.is_main desc, d.id limit 1), '') as found
         from visit v where v.patient_id = $1 and v.id < $2 order by v.id desc limit $3")
    .bind(patient)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}
