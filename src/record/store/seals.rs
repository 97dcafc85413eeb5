//! Sealed records and sealed visits.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A seal that holds.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Seal {
    pub reason: String,
    pub sealed_name: String,
    pub sealed_at: DateTime<Utc>,
}

/// The seal of a record, if it has one.
pub async fn seal_of(store: impl Store, patient: PatientId) -> Result<Option<Seal>, DbError> {
    sql("select reason, sealed_name, sealed_at from record_seal where patient_id = $1 and lifted_at is null")
        .bind(patient)
        .optional(store)
        .await
}

/// Seals a record.
///
/// # Errors
/// A violation of `record_seal_patient_id_unique` when it is sealed already.
pub async fn insert_seal(
    tx: &mut Tx,
    patient: PatientId,
    reason: &str,
    (who, name, at): (AccountId, &str, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into record_seal (patient_id, reason, sealed_by, sealed_name, sealed_at) values ($1, $2, $3, $4, $5)")
        .bind(patient)
        .bind(reason)
        .bind(who)
        .bind(name)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Lifts the seal; false when there is none.
pub async fn lift(
    tx: &mut Tx,
    patient: PatientId,
    reason: &str,
    (who, name, at): (AccountId, &str, DateTime<Utc>),
) -> Result<bool, DbError> {
    let touched =
        sql("update record_seal set lift_reason = $2, lifted_by = $3, lifted_name = $4, lifted_at = $5
         where patient_id = $1 and lifted_at is null")
        .bind(patient)
        .bind(reason)
        .bind(who)
        .bind(name)
        .bind(at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// A visit with its seal.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct VisitSeal {
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub token: String,
    /// When the visit began.
    pub opened_at: DateTime<Utc>,
    /// Who sealed it; empty where the reason of its booking did, and none where it is not sealed.
    pub sealed_name: Option<String>,
    /// When.
    pub sealed_at: Option<DateTime<Utc>>,
}

/// A visit with its seal, if it has one.
pub async fn seal_of_visit(store: impl Store, visit: VisitId) -> Result<Option<VisitSeal>, DbError> {
    sql("select v.id as visit_id, v.patient_id, v.token, v.opened_at, z.sealed_name, z.sealed_at
         from visit v left join visit_seal z on z.visit_id = v.id where v.id = $1")
    .bind(visit)
    .optional(store)
    .await
}

/// The sealed visits of a patient, the newest first.
pub async fn sealed_visits(store: impl Store, patient: PatientId) -> Result<Vec<VisitSeal>, DbError> {
    sql("select v.id as visit_id, v.patient_id, v.token, v.opened_at, z.sealed_name, z.sealed_at
         from visit_seal z join visit v on v.id = z.visit_id
         where z.patient_id = $1 order by z.visit_id desc limit 200")
    .bind(patient)
    .all(store)
    .await
}

/// Somebody who treated in a visit.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Member {
    pub account_id: AccountId,
    pub name: String,
}

/// Who treated in a visit, and so reads it where it is sealed: those at the other stations served the patient too, and read
/// nothing of it.
pub async fn team(store: impl Store, visit: VisitId) -> Result<Vec<Member>, DbError> {
    sql("select k.id as account_id, trim(k.title || ' ' || k.name) as name from account k
         where k.id in (select t.account_id from visit_team t where t.visit_id = $1)
            and exists (select 1 from account_role g where g.account_id = k.id and g.role in ('doctor', 'nurse'))
         order by k.name, k.id")
    .bind(visit)
    .all(store)
    .await
}

/// Seals a visit; false when it is sealed already.
pub async fn seal_visit(
    tx: &mut Tx,
    (patient, visit): (PatientId, VisitId),
    (who, name, at): (AccountId, &str, DateTime<Utc>),
) -> Result<bool, DbError> {
    let touched = sql("insert into visit_seal (visit_id, patient_id, sealed_by, sealed_name, sealed_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing")
    .bind(visit)
    .bind(patient)
    .bind(who)
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Lifts the seal of a visit; false when it has none.
pub async fn lift_of_visit(tx: &mut Tx, (patient, visit): (PatientId, VisitId)) -> Result<bool, DbError> {
    let gone = sql("delete from visit_seal where visit_id = $1 and patient_id = $2")
        .bind(visit)
        .bind(patient)
        .run(tx)
        .await?;
    Ok(gone == 1)
}
