//! Signed prescriptions: by id, by code, of a patient; their warnings and their steps.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::prescribing::model::{LineId, LineMove, PrescriptionId, Tier, WarningKind};
use crate::queue::model::VisitId;

/// A signed prescription.
#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Prescription {
    pub id: PrescriptionId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub prescriber_id: AccountId,
    pub prescriber_name: String,
    pub code: String,
    pub signed_at: DateTime<Utc>,
    pub valid_until: NaiveDate,
    pub allergies: String,
    pub compared: String,
}

impl Prescription {
    /// Whether it can no longer be given out (rule P3).
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        self.valid_until < today
    }
}

/// One signed prescription; drafts are seen by their authors only, on the page they write them on.
pub async fn by_id(store: impl Store, id: PrescriptionId) -> Result<Option<Prescription>, DbError> {
    sql("select id, visit_id, patient_id, prescriber_id, prescriber_name, code, signed_at, valid_until, allergies, compared
         from prescription where id = $1 and state = 'signed'")
    .bind(id)
    .optional(store)
    .await
}

/// The prescription that carries this code.
pub async fn by_code(store: impl Store, code: &str) -> Result<Option<PrescriptionId>, DbError> {
    let found: Option<(PrescriptionId,)> =
        sql("select id from prescription where code = $1").bind(code).optional(store).await?;
    Ok(found.map(|(id,)| id))
}

/// A warning as it was when the line was signed.
#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Kept {
    pub line_id: LineId,
    pub kind: WarningKind,
    pub tier: Tier,
    pub words: String,
    pub advice: String,
    pub reason: String,
    pub account_name: String,
    pub at: DateTime<Utc>,
}

/// The warnings of a prescription's lines, the loudest first.
pub async fn warnings(store: impl Store, id: PrescriptionId) -> Result<Vec<Kept>, DbError> {
    sql("select w.line_id, w.kind, w.tier, w.words, w.advice, w.reason, w.account_name, w.at
         from prescription_line l join prescription_warning w on w.line_id = l.id
         where l.prescription_id = $1 order by w.id limit 500")
    .bind(id)
    .all(store)
    .await
}

/// A step of a line.
#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Step {
    pub line_id: LineId,
    pub at: DateTime<Utc>,
    #[serde(rename = "move")]
    #[sqlx(rename = "move")]
    pub made: LineMove,
    pub account_name: String,
    pub reason: String,
}

/// The steps of a prescription's lines after their signing, the oldest first.
pub async fn steps(store: impl Store, id: PrescriptionId) -> Result<Vec<Step>, DbError> {
    sql("select e.line_id, e.at, e.move, e.account_name, e.reason
         from prescription_line l join prescription_event e on e.line_id = l.id
         where l.prescription_id = $1 and e.move <> 'sign' order by e.id limit 500")
    .bind(id)
    .all(store)
    .await
}
