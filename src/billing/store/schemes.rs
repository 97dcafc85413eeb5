//! Schemes, who belongs to them, and what they pay.

use chrono::{DateTime, Utc};

use crate::billing::model::{CoverageId, EnrolmentId, Money, SchemeId};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::work::Doer;

/// A scheme.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Scheme {
    pub id: SchemeId,
    pub name: String,
    pub payer: String,
    pub active: bool,
    pub version: i64,
    /// Enrolled in the present session.
    pub enrolled: i64,
}

macro_rules! schemes {
    ($tail:literal) => {
        concat!(
            "select s.id, s.name, s.payer, s.active, s.version, (select count(*) from scheme_enrolment e
                where e.scheme_id = s.id and e.ended_at is null
                    and e.session_id = (select a.id from academic_session a where a.is_current)) as enrolled
             from scheme s ",
            $tail
        )
    };
}

/// Every scheme.
pub async fn all(store: impl Store) -> Result<Vec<Scheme>, DbError> {
    sql(schemes!("order by s.name limit 200")).all(store).await
}

/// One scheme.
pub async fn by_id(store: impl Store, id: SchemeId) -> Result<Option<Scheme>, DbError> {
    sql(schemes!("where s.id = $1")).bind(id).optional(store).await
}

/// Adds a scheme.
///
/// # Errors
/// A violation of `scheme_name_unique`.
pub async fn insert(tx: &mut Tx, name: &str, payer: &str) -> Result<SchemeId, DbError> {
    sql("insert into scheme (name, payer) values ($1, $2) returning id")
        .bind(name)
        .bind(payer)
        .scalar(tx)
        .await
}

/// Changes a scheme, if it is still at this version.
pub async fn update(tx: &mut Tx, new: &Scheme) -> Result<bool, DbError> {
    let done = sql("update scheme set name = $2, payer = $3, active = $4, version = version + 1 where id = $1 and version = $5")
        .bind(new.id)
        .bind(&new.name)
        .bind(&new.payer)
        .bind(new.active)
        .bind(new.version)
        .run(tx)
        .await?;
    Ok(done == 1)
}

/// What a scheme pays of a group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Coverage {
    pub id: CoverageId,
    pub coverage_group: String,
    pub percent_bp: i64,
    pub year_limit: Option<Money>,
    pub max_unit: Option<Money>,
    pub referral: bool,
    pub version: i64,
    /// What one enrolment has used of it; nothing where none was asked about.
    pub used: Money,
}

/// The rules of a scheme, with what an enrolment has used.
pub async fn coverage(
    store: impl Store,
    scheme: SchemeId,
    enrolment: Option<EnrolmentId>,
) -> Result<Vec<Coverage>, DbError> {
    sql("select c.id, c.coverage_group, c.percent_bp, c.year_limit, c.max_unit, c.referral, c.version,
            coalesce(u.used, 0) as used
         from coverage_rule c left join coverage_use u on u.enrolment_id = $2 and u.coverage_group = c.coverage_group
         where c.scheme_id = $1 order by c.coverage_group limit 200")
    .bind(scheme)
    .bind(enrolment)
    .all(store)
    .await
}

/// Writes the rule of a group, in the place of the one there was if that is still at this version.
pub async fn cover(tx: &mut Tx, scheme: SchemeId, rule: &Coverage) -> Result<bool, DbError> {
    let done = sql("insert into coverage_rule (scheme_id, coverage_group, percent_bp, year_limit, max_unit, referral)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (scheme_id, coverage_group) do update set percent_bp = $3, year_limit = $4, max_unit = $5, referral = $6,
            version = coverage_rule.version + 1 where coverage_rule.version = $7")
    .bind(scheme)
    .bind(&rule.coverage_group)
    .bind(rule.percent_bp)
    .bind(rule.year_limit)
    .bind(rule.max_unit)
    .bind(rule.referral)
    .bind(rule.version)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// Raises what an enrolment has used of a group, if the limit of its scheme lets it (rule M11).
pub async fn use_up(
    tx: &mut Tx,
    enrolment: EnrolmentId,
    group: &str,
    amount: Money,
) -> Result<bool, DbError> {
    sql("insert into coverage_use (enrolment_id, coverage_group, used) values ($1, $2, 0)
         on conflict (enrolment_id, coverage_group) do nothing")
    .bind(enrolment)
    .bind(group)
    .run(&mut *tx)
    .await?;
    let done = sql("update coverage_use set used = used + $3 where enrolment_id = $1 and coverage_group = $2
            and not exists (select 1 from coverage_rule c join scheme_enrolment e on e.scheme_id = c.scheme_id
                where e.id = $1 and c.coverage_group = $2 and c.year_limit < used + $3)")
    .bind(enrolment)
    .bind(group)
    .bind(amount)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// Lowers it after a credit note, or when a claim is closed unpaid; an amount below zero raises it again.
pub async fn free(tx: &mut Tx, enrolment: EnrolmentId, group: &str, amount: Money) -> Result<(), DbError> {
    sql("update coverage_use set used = used - $3 where enrolment_id = $1 and coverage_group = $2")
        .bind(enrolment)
        .bind(group)
        .bind(amount)
        .run(tx)
        .await?;
    Ok(())
}

/// What drafts of a patient ask of a place in a scheme, by group: it is used up once they are issued.
pub async fn drafted(
    store: impl Store,
    patient: PatientId,
    enrolment: EnrolmentId,
) -> Result<Vec<(String, Money)>, DbError> {
    sql("select l.coverage_group, cast(sum(l.covered) as bigint) from invoice i join invoice_line l on l.invoice_id = i.id
         where i.patient_id = $1 and i.enrolment_id = $2 and i.state = 'draft' group by l.coverage_group")
    .bind(patient)
    .bind(enrolment)
    .all(store)
    .await
}

/// Somebody's place in a scheme.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Enrolment {
    pub id: EnrolmentId,
    pub scheme_id: SchemeId,
    pub scheme: String,
    pub patient_id: PatientId,
    pub patient: String,
    pub patient_number: String,
    pub session: String,
    pub is_current: bool,
    pub number: String,
    pub added_name: String,
    pub added_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: String,
}

macro_rules! enrolments {
    ($tail:literal) => {
        concat!(
            "select e.id, e.scheme_id, s.name as scheme, e.patient_id, trim(p.given_names || ' ' || p.family_name) as patient,
                p.number as patient_number, a.name as session, a.is_current, e.number, e.added_name, e.added_at, e.ended_at,
                e.end_reason
             from scheme_enrolment e join scheme s on s.id = e.scheme_id join patient p on p.id = e.patient_id
             join academic_session a on a.id = e.session_id where ",
            $tail
        )
    };
}

/// The patient's place in a scheme that pays now: the present session, an active scheme.
pub async fn live_of(store: impl Store, patient: PatientId) -> Result<Option<Enrolment>, DbError> {
    sql(enrolments!("e.patient_id = $1 and e.ended_at is null and a.is_current and s.active"))
        .bind(patient)
        .optional(store)
        .await
}

/// One enrolment.
pub async fn enrolment(store: impl Store, id: EnrolmentId) -> Result<Option<Enrolment>, DbError> {
    sql(enrolments!("e.id = $1")).bind(id).optional(store).await
}

/// Members of a scheme in the present session, the newest first, before an id.
pub async fn members(
    store: impl Store,
    scheme: SchemeId,
    before: i64,
    limit: i64,
) -> Result<Vec<Enrolment>, DbError> {
    sql(enrolments!(
        "e.scheme_id = $1 and e.session_id = (select c.id from academic_session c where c.is_current)
         and e.id < $2 order by e.id desc limit $3"
    ))
    .bind(scheme)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// Enrols a patient for the present session; none when there is no session.
///
/// # Errors
/// A violation of `scheme_enrolment_patient_id_session_id_unique` when the patient belongs to a scheme already.
pub async fn enrol(
    tx: &mut Tx,
    scheme: SchemeId,
    (patient, number): (PatientId, &str),
    doer: &Doer,
    at: DateTime<Utc>,
) -> Result<Option<EnrolmentId>, DbError> {
    let id: Option<(EnrolmentId,)> =
        sql("insert into scheme_enrolment (scheme_id, patient_id, session_id, number, added_by, added_name, added_at)
         select $1, $2, a.id, $3, $4, $5, $6 from academic_session a where a.is_current returning id")
        .bind(scheme)
        .bind(patient)
        .bind(number)
        .bind(doer.account_id)
        .bind(&doer.name)
        .bind(at)
        .optional(tx)
        .await?;
    Ok(id.map(|(id,)| id))
}

/// Enrols every active student of the present session who belongs to no scheme yet.
pub async fn enrol_students(
    tx: &mut Tx,
    scheme: SchemeId,
    doer: &Doer,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("insert into scheme_enrolment (scheme_id, patient_id, session_id, number, added_by, added_name, added_at)
         select $1, p.id, a.id, coalesce(p.matric_number, ''), cast($2 as bigint), $3, $4
         from academic_session a join patient p on p.session_id = a.id and p.kind = 'student' and p.state = 'active'
         where a.is_current and not exists (select 1 from scheme_enrolment e where e.patient_id = p.id
            and e.session_id = a.id and e.ended_at is null)")
    .bind(scheme)
    .bind(doer.account_id)
    .bind(&doer.name)
    .bind(at)
    .run(tx)
    .await
}

/// Ends an enrolment.
pub async fn end(
    tx: &mut Tx,
    id: EnrolmentId,
    (name, reason): (&str, &str),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update scheme_enrolment set ended_at = $2, ended_name = $3, end_reason = $4 where id = $1 and ended_at is null")
        .bind(id)
        .bind(at)
        .bind(name)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(done == 1)
}
