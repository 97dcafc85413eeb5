//! Who changed what of a patient.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{CHANGES, PatientId};
use crate::work::Doer;

/// An entry of the trail about one patient.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Trace {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub name: String,
    pub role: String,
    pub action: String,
    pub detail: String,
}

/// Changes of the patient's own record, newest first, older than `before`. What only opens or prints something is not among
/// [`CHANGES`], and has a list of its own.
pub async fn traces(
    store: impl Store,
    patient: PatientId,
    before: i64,
    limit: i64,
) -> Result<Vec<Trace>, DbError> {
    let statement = sql("select id, at, name, role, action, detail from audit_entry
         where patient_id = $1 and id < $2 and action in ($4, $5, $6, $7, $8, $9, $10)
         order by id desc limit $3")
    .bind(patient)
    .bind(before)
    .bind(limit);
    CHANGES.iter().fold(statement, |statement, (action, _)| statement.bind(*action)).all(store).await
}

/// The edits since a version, newest first: what somebody else did while a form was open (rule R8).
pub async fn changes_since(
    store: impl Store,
    patient: PatientId,
    version: i64,
) -> Result<Vec<Trace>, DbError> {
    let mut traces = traces(store, patient, i64::MAX, 20).await?;
    traces.retain(|trace| {
        let detail: serde_json::Value = serde_json::from_str(&trace.detail).unwrap_or_default();
        detail.get("version").and_then(serde_json::Value::as_i64).is_some_and(|made| made > version)
    });
    Ok(traces)
}

/// A change of a clinical fact, kept apart from the trail so that administrators do not read it there.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Change {
    pub at: DateTime<Utc>,
    pub name: String,
    pub field: String,
    pub old_text: String,
    pub new_text: String,
    pub version: i64,
}

/// Keeps what a clinical fact was and became (the field's name, the old and the new text) and the record's version then.
pub async fn insert_clinical_change(
    tx: &mut Tx,
    patient: PatientId,
    change: (&str, &str, &str),
    version: i64,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into patient_clinical_change (patient_id, at, account_id, name, field, old_text, new_text, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(patient)
    .bind(at)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(change.0)
    .bind(change.1)
    .bind(change.2)
    .bind(version)
    .run(tx)
    .await?;
    Ok(())
}

/// Changes of clinical facts, newest first.
pub async fn clinical_changes(store: impl Store, patient: PatientId) -> Result<Vec<Change>, DbError> {
    sql("select at, name, field, old_text, new_text, version from patient_clinical_change where patient_id = $1
         order by id desc limit 50")
    .bind(patient)
    .all(store)
    .await
}
