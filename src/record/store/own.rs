//! What was measured of a patient, for the file that they take along (rule A10): results as the phone shows them, and the
//! vital signs that stand.

use chrono::{DateTime, Utc};

use crate::consultation::model::Measured;
use crate::db::{DbError, Store, sql};
use crate::laboratory::model::Flag;
use crate::patients::model::PatientId;

/// Rows of a file: no record is longer.
const ALL: i64 = 20_000;

/// A value of a result; a result that was withdrawn stands there without one.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Found {
    pub result_id: i64,
    pub test: String,
    pub collected_at: DateTime<Utc>,
    /// Why it was corrected or withdrawn, or empty.
    pub reason: String,
    /// Whether there is no result that counts.
    pub void: bool,
    pub position: i64,
    pub name: String,
    pub unit: String,
    pub decimals: i64,
    pub number: Option<i64>,
    pub words: String,
    pub low: Option<i64>,
    pub high: Option<i64>,
    pub flag: Flag,
}

/// What the patient may read by now, the newest first: by the same releases and delays as on the phone, and nothing of what
/// is told in person (rule L5).
pub async fn found(store: impl Store, patient: PatientId, now: DateTime<Utc>) -> Result<Vec<Found>, DbError> {
    sql("select r.id as result_id, t.plain_name as test, s.collected_at, r.reason, r.void,
            coalesce(v.position, 0) as position, coalesce(v.plain_name, '') as name, coalesce(v.unit, '') as unit,
            coalesce(v.decimals, 0) as decimals, v.number, coalesce(v.words, '') as words, v.low, v.high,
            coalesce(v.flag, 'none') as flag
         from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
            join lab_sample s on s.id = r.sample_id join lab_test t on t.id = l.test_id
            left join lab_value v on v.result_id = r.id
         where l.patient_id = $1 and not l.in_person and l.patient_at <= $2 and (l.state = 'released' or r.void)
         order by r.id desc, 6 limit $3")
    .bind(patient)
    .bind(now)
    .bind(ALL)
    .all(store)
    .await
}

/// Vital signs of one moment.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Taking {
    pub id: i64,
    pub taken_at: DateTime<Utc>,
    pub measured: Measured,
}

/// The vital signs that stand, the newest first; what was put right stands there as it is right.
pub async fn takings(store: impl Store, patient: PatientId) -> Result<Vec<Taking>, DbError> {
    sql("select v.id, v.taken_at, v.temperature, v.pulse, v.respiration, v.oxygen_saturation, v.systolic, v.diastolic,
            v.weight, v.height, v.pain
         from vitals v where v.patient_id = $1 and not exists (select 1 from vitals later where later.replaces = v.id)
         order by v.taken_at desc, v.id desc limit $2")
    .bind(patient)
    .bind(ALL)
    .all(store)
    .await
}
