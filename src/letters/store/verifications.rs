//! Verifications: issue, consent, checks, prints, revocation.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::letters::model::VerificationId;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A verification as the clinic and its patient see it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Verification {
    pub id: VerificationId,
    pub code: String,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub clinic_name: String,
    pub name: String,
    pub matric: String,
    pub day: NaiveDate,
    pub time_in: DateTime<Utc>,
    /// None while the visit goes on.
    pub time_out: Option<DateTime<Utc>>,
    pub rest_until: Option<NaiveDate>,
    pub diagnosis: String,
    pub asked: String,
    pub issued_name: String,
    pub issued_at: DateTime<Utc>,
    pub revoked_name: String,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoke_reason: String,
    /// The patient's newest word about checks; none where nobody has asked.
    pub consented: Option<bool>,
    pub checks: i64,
    pub prints: i64,
}

impl Verification {
    /// Whether others may check it now.
    pub fn may_be_checked(&self) -> bool {
        self.consented == Some(true)
    }
}

// Where the visit went on at the issue, it ended when the visit did, or when the last service did where only the day
// ended it: of what the day ended itself only the beginning is known.
macro_rules! verifications {
    ($tail:literal) => {
        concat!(
            "select v.id, v.code, v.visit_id, v.patient_id, v.clinic_name, v.name, v.matric, v.day, v.time_in,
                coalesce(v.time_out, (select case when w.close_reason = 'day_close' then coalesce((select
                    max(case when e.ended_at < w.closed_at then e.ended_at else e.started_at end) from queue_entry e where e.visit_id = w.id),
                    (select max(n.signed_at) from note n where n.visit_id = w.id and n.state = 'signed'
                    and n.kind = 'consultation'), w.closed_at)
                    else w.closed_at end from visit w where w.id = v.visit_id)) as time_out,
                v.rest_until, v.diagnosis, v.asked, v.issued_name, v.issued_at, v.revoked_name, v.revoked_at,
                v.revoke_reason,
                (select c.given from verification_consent c where c.verification_id = v.id order by c.id desc limit 1)
                    as consented,
                (select count(*) from verification_check k where k.verification_id = v.id) as checks,
                (select count(*) from verification_print p where p.verification_id = v.id) as prints
             from verification v where ",
            $tail
        )
    };
}

/// Those of a visit, the newest first.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Verification>, DbError> {
    sql(verifications!("v.visit_id = $1 order by v.id desc")).bind(visit).all(store).await
}

/// One.
pub async fn by_id(store: impl Store, id: VerificationId) -> Result<Option<Verification>, DbError> {
    sql(verifications!("v.id = $1")).bind(id).optional(store).await
}

/// Those of a patient, the newest first.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Verification>, DbError> {
    sql(verifications!("v.patient_id = $1 and v.id < $2 order by v.id desc limit $3"))
        .bind(patient)
        .bind(before)
        .bind(limit)
        .all(store)
        .await
}

/// What whoever has the code may read, and nothing else (rule X3).
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Shown {
    pub id: VerificationId,
    pub clinic_name: String,
    pub name: String,
    pub matric: String,
    pub day: NaiveDate,
    pub time_in: DateTime<Utc>,
    pub time_out: Option<DateTime<Utc>>,
    pub rest_until: Option<NaiveDate>,
    pub is_revoked: bool,
}

/// Looks a code up. A code that nobody has and one whose patient has not agreed, or no longer agrees, give the same.
pub async fn shown(store: impl Store, code: &str) -> Result<Option<Shown>, DbError> {
    sql("select v.id, v.clinic_name, v.name, v.matric, v.day, v.time_in, v.rest_until,
            coalesce(v.time_out, (select case when w.close_reason = 'day_close' then coalesce((select
                max(case when e.ended_at < w.closed_at then e.ended_at else e.started_at end) from queue_entry e where e.visit_id = w.id),
                (select max(n.signed_at) from note n where n.visit_id = w.id and n.state = 'signed'
                and n.kind = 'consultation'), w.closed_at)
                else w.closed_at end from visit w where w.id = v.visit_id)) as time_out,
            v.revoked_at is not null as is_revoked
         from verification v where v.code = $1 and (select c.given from verification_consent c
            where c.verification_id = v.id order by c.id desc limit 1)")
    .bind(code)
    .optional(store)
    .await
}

/// Counts a check if the patient still agrees at this moment; false when not.
pub async fn count_check(tx: &mut Tx, shown: &Shown, at: DateTime<Utc>) -> Result<bool, DbError> {
    let counted = sql("insert into verification_check (verification_id, at, answer)
         select v.id, $2, $3 from verification v where v.id = $1 and (select c.given from verification_consent c
            where c.verification_id = v.id order by c.id desc limit 1)")
    .bind(shown.id)
    .bind(at)
    .bind(if shown.is_revoked { "revoked" } else { "genuine" })
    .run(tx)
    .await?;
    Ok(counted == 1)
}

/// When it was checked and what was answered, the newest first.
pub async fn checks(
    store: impl Store,
    id: VerificationId,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, String)>, DbError> {
    sql("select at, answer from verification_check where verification_id = $1 order by id desc limit $2")
        .bind(id)
        .bind(limit)
        .all(store)
        .await
}

/// A verification that is about to be issued.
#[derive(Debug)]
pub struct NewVerification<'a> {
    pub code: &'a str,
    pub visit: VisitId,
    pub patient: PatientId,
    pub clinic_name: &'a str,
    pub name: &'a str,
    pub matric: &'a str,
    pub day: NaiveDate,
    pub time_in: DateTime<Utc>,
    pub time_out: Option<DateTime<Utc>>,
    pub rest_until: Option<NaiveDate>,
    pub diagnosis: &'a str,
    pub asked: &'a str,
    pub by: AccountId,
    pub by_name: &'a str,
    pub at: DateTime<Utc>,
    pub today: NaiveDate,
}

/// Issues it.
///
/// # Errors
/// A violation of `verification_visit_id_unique` when one stands already, of `verification_visit_took_place`,
/// `verification_rest_too_long`, `verification_extended`.
pub async fn insert(tx: &mut Tx, new: &NewVerification<'_>) -> Result<VerificationId, DbError> {
    sql("insert into verification (code, visit_id, patient_id, clinic_name, name, matric, day, time_in, time_out, rest_until,
            diagnosis, asked, issued_by, issued_name, issued_at, issued_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id")
    .bind(new.code)
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.clinic_name)
    .bind(new.name)
    .bind(new.matric)
    .bind(new.day)
    .bind(new.time_in)
    .bind(new.time_out)
    .bind(new.rest_until)
    .bind(new.diagnosis)
    .bind(new.asked)
    .bind(new.by)
    .bind(new.by_name)
    .bind(new.at)
    .bind(new.today)
    .scalar(tx)
    .await
}

/// Revokes it; false when it is revoked already.
pub async fn revoke(
    tx: &mut Tx,
    id: VerificationId,
    (by, name): (AccountId, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update verification set revoked_by = $2, revoked_name = $3, revoked_at = $4, revoke_reason = $5
         where id = $1 and revoked_at is null")
        .bind(id)
        .bind(by)
        .bind(name)
        .bind(at)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// The patient's word about checks.
#[derive(Debug)]
pub struct Word<'a> {
    pub given: bool,
    pub words: &'a str,
    pub by: AccountId,
    pub name: &'a str,
    /// Whether the patient said it on the own phone.
    pub own: bool,
    pub at: DateTime<Utc>,
}

/// Writes the patient's word down, unless the newest says the same; whether anything was written.
pub async fn consent(tx: &mut Tx, id: VerificationId, word: &Word<'_>) -> Result<bool, DbError> {
    let written =
        sql("insert into verification_consent (verification_id, given, words, at, account_id, name, own)
         select v.id, $2, $3, $4, $5, $6, $7 from verification v where v.id = $1
            and coalesce((select c.given from verification_consent c where c.verification_id = v.id
                order by c.id desc limit 1), not $2) <> $2")
        .bind(id)
        .bind(word.given)
        .bind(word.words)
        .bind(word.at)
        .bind(word.by)
        .bind(word.name)
        .bind(word.own)
        .run(tx)
        .await?;
    Ok(written == 1)
}

/// Numbers a print; the first one is the original.
///
/// # Errors
/// A violation of `verification_print_verification_id_number_unique` when somebody else prints at this moment.
pub async fn print(
    tx: &mut Tx,
    id: VerificationId,
    by: AccountId,
    at: DateTime<Utc>,
) -> Result<i64, DbError> {
    sql("insert into verification_print (verification_id, number, at, account_id)
         select $1, (select count(*) from verification_print p where p.verification_id = $1) + 1, $2, $3 returning number")
        .bind(id)
        .bind(at)
        .bind(by)
        .scalar(tx)
        .await
}

/// When the original was printed, and by whom.
pub async fn original(
    store: impl Store,
    id: VerificationId,
) -> Result<Option<(DateTime<Utc>, AccountId)>, DbError> {
    sql("select at, account_id from verification_print where verification_id = $1 and number = 1")
        .bind(id)
        .optional(store)
        .await
}
