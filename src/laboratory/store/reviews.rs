//! What doctors have to look at, and what patients may read of their own.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{LineId, ResultId, ReviewReason};
use crate::patients::model::PatientId;

/// A result that waits for a doctor.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct ToReview {
    pub result_id: ResultId,
    pub reason: ReviewReason,
    pub created_at: DateTime<Utc>,
    pub patient_id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub number: String,
    pub test: String,
    pub urgent: bool,
    pub critical: bool,
    pub in_person: bool,
    /// Whether there is no result that counts.
    pub void: bool,
    /// How many of its values are outside their ranges.
    pub outside: i64,
}

impl ToReview {
    /// The patient's name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }
}

/// Results that wait for a doctor: critical and corrected ones first, then the oldest.
pub async fn open(store: impl Store, doctor: AccountId, limit: i64) -> Result<Vec<ToReview>, DbError> {
    sql("select w.result_id, w.reason, w.created_at, p.id as patient_id, p.family_name, p.given_names, p.number,
            t.name as test, l.urgent, r.critical, l.in_person, r.void,
            (select count(*) from lab_value v where v.result_id = r.id and v.flag not in ('none', 'normal')) as outside
         from lab_review w join lab_result r on r.id = w.result_id join lab_line l on l.id = w.line_id
         join patient p on p.id = l.patient_id join lab_test t on t.id = l.test_id
         where w.account_id = $1 and w.acknowledged_at is null and w.replaced_at is null
         order by r.critical desc, w.reason, w.id limit $2")
    .bind(doctor)
    .bind(limit)
    .all(store)
    .await
}

/// Puts a result before somebody.
pub async fn insert(
    tx: &mut Tx,
    (result, line): (ResultId, LineId),
    account: AccountId,
    reason: ReviewReason,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into lab_review (result_id, line_id, account_id, reason, created_at) values ($1, $2, $3, $4, $5)
         on conflict (result_id, account_id) do nothing")
    .bind(result)
    .bind(line)
    .bind(account)
    .bind(reason)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// A newer version takes the place of what still waited of a line.
pub async fn replace(tx: &mut Tx, line: LineId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update lab_review set replaced_at = $2 where line_id = $1 and acknowledged_at is null and replaced_at is null")
        .bind(line)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Somebody has looked. False when nothing waited for them.
pub async fn acknowledge(
    tx: &mut Tx,
    result: ResultId,
    account: AccountId,
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update lab_review set acknowledged_at = $3, note = $4
         where result_id = $1 and account_id = $2 and acknowledged_at is null and replaced_at is null")
    .bind(result)
    .bind(account)
    .bind(at)
    .bind(note)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Which of these accounts may still review results.
pub async fn is_reviewer(tx: &mut Tx, account: i64) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select a.id from account a join account_role r on r.account_id = a.id
         where a.id = $1 and a.state = 'active' and r.role = 'doctor'")
    .bind(account)
    .optional(tx)
    .await?;
    Ok(found.is_some())
}

/// A result that a patient may read.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Mine {
    pub result_id: ResultId,
    pub plain_name: String,
    pub collected_at: DateTime<Utc>,
    /// Why it was corrected; empty for a first version.
    pub reason: String,
    /// Whether it may be read now; else an earlier version was, and this one is not released to the patient yet.
    pub readable: bool,
    /// Whether there is no result that counts.
    pub void: bool,
    /// How many of its values are outside their ranges.
    pub outside: i64,
}

/// What a patient may read now, the newest first: by the doctor's OK or after the delay, critical ones after the call, never
/// what is told in person (rule L5). What the patient could read and is corrected stands there without its values until the
/// new version may be read: the old ones are wrong. That a result is withdrawn is said at once.
pub async fn mine(
    store: impl Store,
    patient: PatientId,
    now: DateTime<Utc>,
    before: i64,
    limit: i64,
) -> Result<Vec<Mine>, DbError> {
    sql("select r.id as result_id, t.plain_name, s.collected_at, r.reason, r.void,
            ((l.state = 'released' or r.void) and l.patient_at <= $2) as readable,
            (select count(*) from lab_value v where v.result_id = r.id and v.flag not in ('none', 'normal')) as outside
         from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
         join lab_sample s on s.id = r.sample_id join lab_test t on t.id = l.test_id
         where l.patient_id = $1 and not l.in_person and r.id < $3 and (l.patient_since is not null
            or (l.patient_at <= $2 and l.released_at is not null and l.state <> 'verified'))
         order by r.id desc limit $4")
    .bind(patient)
    .bind(now)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// The same for one line, with whether it may be read now; none when the patient knows nothing of it, or whose it is.
pub async fn my_line(
    store: impl Store,
    patient: PatientId,
    result: ResultId,
    now: DateTime<Utc>,
) -> Result<Option<(LineId, bool)>, DbError> {
    sql("select l.id, ((l.state = 'released' or c.void) and l.patient_at <= $3) as readable
         from lab_result r join lab_line l on l.id = r.line_id
            join lab_result c on c.line_id = l.id and c.state = 'current'
         where r.id = $2 and r.state in ('current', 'superseded') and l.patient_id = $1 and not l.in_person
            and (l.patient_since is not null
                or (l.patient_at <= $3 and l.released_at is not null and l.state <> 'verified'))")
    .bind(patient)
    .bind(result)
    .bind(now)
    .optional(store)
    .await
}
