//! Sealed records.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

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
