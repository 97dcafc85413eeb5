//! Who opened a record: for the patient from the trail; emergencies with their reviews for the records officer.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{PatientId, open_until};
use crate::record::model::{EmergencyReason, OpeningId, Verdict};

/// An entry of the trail that tells of an opening, with the name as the clinic shows it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Opened {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub name: String,
    pub role: String,
    pub action: String,
    pub detail: String,
}

/// Who opened a patient's record, newest first, older than `before`; not the patient. Every opening says in its detail
/// whether clinical content was shown. New codes for the own account stand there too, and each password that was chosen
/// with one: whoever holds it reads the record.
pub async fn opened_by(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Opened>, DbError> {
    sql("select e.id, e.at, coalesce((select trim(a.title || ' ' || a.name) from account a where a.id = e.account_id), e.name)
            as name, e.role, e.action, e.detail
         from (select o.id, o.at, o.account_id, o.name, o.role, o.action, o.detail from
                (select id, at, account_id, name, role, action, detail from audit_entry
                 where patient_id = $1 and id < $2 and role <> 'patient'
                    and (action in ('record.opened_by_reason', 'record.opened_in_emergency', 'appointment.opened',
                        'queue.entry_opened', 'code.issued') or detail like '%_clinical_:%')
                 order by id desc limit $3) o
               union all
               select c.id, c.at, c.account_id, c.name, c.role, c.action, c.detail from
                (select id, at, account_id, name, role, action, detail from audit_entry
                 where subject = 'account' and subject_id = (select own.id from account own where own.patient_id = $1)
                    and id < $2 and action = 'password.chosen' order by id desc limit $3) c) e
         order by e.id desc limit $3")
    .bind(patient)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// An emergency with what was found about it.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Emergency {
    pub id: OpeningId,
    pub patient_id: PatientId,
    pub account_id: AccountId,
    pub patient_name: String,
    pub number: String,
    pub name: String,
    pub reason: EmergencyReason,
    pub words: String,
    pub opened_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub verdict: Option<Verdict>,
    pub review_words: Option<String>,
    pub reviewed_name: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
}

/// Opens a record in an emergency for a bounded time.
pub async fn insert_emergency(
    tx: &mut Tx,
    patient: PatientId,
    account: AccountId,
    (reason, words): (EmergencyReason, &str),
    at: DateTime<Utc>,
) -> Result<OpeningId, DbError> {
    sql("insert into record_opening (patient_id, account_id, kind, reason, words, opened_at, expires_at)
         values ($1, $2, 'emergency', $3, $4, $5, $6) returning id")
    .bind(patient)
    .bind(account)
    .bind(reason)
    .bind(words)
    .bind(at)
    .bind(open_until(at))
    .scalar(tx)
    .await
}

/// Emergencies of which the patient has not read yet, oldest first.
pub async fn unread(store: impl Store, patient: PatientId) -> Result<Vec<Emergency>, DbError> {
    sql("select r.id, r.patient_id, r.account_id, '' as patient_name, '' as number,
            trim(a.title || ' ' || a.name) as name, r.reason, r.words, r.opened_at, r.expires_at,
            cast(null as text) as verdict, cast(null as text) as review_words, cast(null as text) as reviewed_name,
            cast(null as timestamptz) as reviewed_at
         from record_opening r join account a on a.id = r.account_id
         where r.patient_id = $1 and r.kind = 'emergency'
           and not exists (select 1 from record_opening_seen s where s.opening_id = r.id) order by r.id limit 10")
    .bind(patient)
    .all(store)
    .await
}

/// Notes that the patient has read it; false when it is not the patient's own or was read before.
pub async fn see(
    tx: &mut Tx,
    patient: PatientId,
    opening: OpeningId,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("insert into record_opening_seen (opening_id, patient_id, seen_at)
         select r.id, r.patient_id, $3 from record_opening r where r.id = $2 and r.patient_id = $1 and r.kind = 'emergency'
         on conflict (opening_id) do nothing")
    .bind(patient)
    .bind(opening)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Emergencies that nobody has reviewed, the oldest first.
pub async fn to_review(store: impl Store, after: i64, limit: i64) -> Result<Vec<Emergency>, DbError> {
    sql("select r.id, r.patient_id, r.account_id, trim(p.given_names || ' ' || p.family_name) as patient_name, p.number,
            trim(a.title || ' ' || a.name) as name, r.reason, r.words, r.opened_at, r.expires_at,
            cast(null as text) as verdict, cast(null as text) as review_words, cast(null as text) as reviewed_name,
            cast(null as timestamptz) as reviewed_at
         from record_opening r join account a on a.id = r.account_id join patient p on p.id = r.patient_id
         where r.kind = 'emergency' and r.id > $1
           and not exists (select 1 from record_opening_review w where w.opening_id = r.id) order by r.id limit $2")
    .bind(after)
    .bind(limit)
    .all(store)
    .await
}

/// Reviewed emergencies, newest first, older than `before`.
pub async fn emergencies(store: impl Store, before: i64, limit: i64) -> Result<Vec<Emergency>, DbError> {
    sql("select r.id, r.patient_id, r.account_id, trim(p.given_names || ' ' || p.family_name) as patient_name, p.number,
            trim(a.title || ' ' || a.name) as name, r.reason, r.words, r.opened_at, r.expires_at, w.verdict,
            w.words as review_words, w.reviewed_name, w.reviewed_at
         from record_opening r join record_opening_review w on w.opening_id = r.id
         join account a on a.id = r.account_id join patient p on p.id = r.patient_id
         where r.kind = 'emergency' and r.id < $1 order by r.id desc limit $2")
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// One emergency.
pub async fn emergency(store: impl Store, id: OpeningId) -> Result<Option<Emergency>, DbError> {
    sql("select r.id, r.patient_id, r.account_id, trim(p.given_names || ' ' || p.family_name) as patient_name, p.number,
            trim(a.title || ' ' || a.name) as name, r.reason, r.words, r.opened_at, r.expires_at, w.verdict,
            w.words as review_words, w.reviewed_name, w.reviewed_at
         from record_opening r left join record_opening_review w on w.opening_id = r.id
         join account a on a.id = r.account_id join patient p on p.id = r.patient_id
         where r.id = $1 and r.kind = 'emergency'")
    .bind(id)
    .optional(store)
    .await
}

/// Keeps what was found.
///
/// # Errors
/// A violation of `record_opening_review_own` where somebody reviews the own emergency; a second review breaks the
/// table's key.
pub async fn insert_review(
    tx: &mut Tx,
    opening: OpeningId,
    (verdict, words): (Verdict, &str),
    (who, name, at): (AccountId, &str, DateTime<Utc>),
) -> Result<bool, DbError> {
    let touched = sql("insert into record_opening_review (opening_id, verdict, words, reviewed_by, reviewed_name, reviewed_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (opening_id) do nothing")
    .bind(opening)
    .bind(verdict)
    .bind(words)
    .bind(who)
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// What an emergency's reader opened of the record while it lasted, oldest first.
pub async fn opened_during(store: impl Store, emergency: &Emergency) -> Result<Vec<Opened>, DbError> {
    sql("select id, at, name, role, action, detail from audit_entry
         where patient_id = $1 and account_id = $2 and at >= $3 and at <= $4 and detail like '%_clinical_:true%'
         order by id limit 50")
    .bind(emergency.patient_id)
    .bind(emergency.account_id)
    .bind(emergency.opened_at)
    .bind(emergency.expires_at)
    .all(store)
    .await
}
