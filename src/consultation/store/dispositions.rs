//! What becomes of a visit.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::Outcome;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Disposition {
    /// What.
    pub outcome: Outcome,
    /// More of it.
    pub outcome_note: String,
    /// The day on which the patient comes back.
    pub back_on: Option<NaiveDate>,
    /// Who decided.
    pub decided_name: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Which decision it is; 1 is the first.
    pub version: i64,
}

/// What was decided of a visit.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Option<Disposition>, DbError> {
    sql("select kind as outcome, note as outcome_note, back_on, decided_name, decided_at, version from disposition
         where visit_id = $1")
    .bind(visit)
    .optional(store)
    .await
}

/// Decides, or decides anew in the place of the version that `decided` names, 0 for none. False when somebody else decided
/// meanwhile (R8).
///
/// # Errors
/// Constraint `disposition_open_visit` when the visit has ended.
pub async fn put(
    tx: &mut Tx,
    (visit, patient): (VisitId, PatientId),
    by: Option<AccountId>,
    decided: &Disposition,
) -> Result<bool, DbError> {
    let put = sql("insert into disposition (visit_id, patient_id, kind, note, back_on, decided_by, decided_name, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (visit_id) do update set kind = excluded.kind, note = excluded.note, back_on = excluded.back_on,
            decided_by = excluded.decided_by, decided_name = excluded.decided_name, decided_at = excluded.decided_at,
            version = disposition.version + 1 where disposition.version = $9")
    .bind(visit)
    .bind(patient)
    .bind(decided.outcome)
    .bind(&decided.outcome_note)
    .bind(decided.back_on)
    .bind(by)
    .bind(&decided.decided_name)
    .bind(decided.decided_at)
    .bind(decided.version)
    .run(tx)
    .await?;
    Ok(put == 1)
}
