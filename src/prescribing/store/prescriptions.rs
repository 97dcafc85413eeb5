//! Signed prescriptions: by id, by code, of a patient; their warnings and their steps.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::prescribing::model::{LineId, LineMove, PrescriptionId, Tier, WarningKind};
use crate::queue::model::VisitId;

/// A signed prescription.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Prescription {
    /// Its id.
    pub id: PrescriptionId,
    /// Whose it is.
    pub patient_id: PatientId,
    /// The visit in which it was signed.
    pub visit_id: VisitId,
    /// Who signed it.
    pub prescriber_id: AccountId,
    /// Their name at that time.
    pub prescriber_name: String,
    /// The number of their licence; may be empty.
    pub licence: String,
    /// The code on paper.
    pub code: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// The last day on which it holds (rule P3).
    pub valid_until: NaiveDate,
    /// What was known about allergies then, in words.
    pub allergies: String,
    /// What was compared by hand (rule P2).
    pub compared: String,
    /// The patient's last weight, in tenths of a kilogram.
    pub weight: Option<i64>,
}

impl Prescription {
    /// Whether it can no longer be given out (rule P3).
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        self.valid_until < today
    }
}

/// One signed prescription; drafts are seen by their authors only, on the page they write them on.
pub async fn by_id(store: impl Store, id: PrescriptionId) -> Result<Option<Prescription>, DbError> {
    sql("select p.id, p.patient_id, p.visit_id, p.prescriber_id, p.prescriber_name, p.code, p.signed_at, p.valid_until,
            p.allergies, p.compared,
            (select a.licence_number from account a where a.id = p.prescriber_id) as licence,
            (select w.weight from vitals w
                where w.patient_id = p.patient_id and w.weight is not null
                and not exists (select 1 from vitals later where later.replaces = w.id)
                order by w.taken_at desc, w.id desc limit 1) as weight
         from prescription p where p.id = $1 and p.state = 'signed'")
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
#[derive(Debug, Clone)]
pub struct Kept {
    /// What it is about.
    pub kind: WarningKind,
    /// How loud it was.
    pub tier: Tier,
    /// What exactly, for comparing.
    pub about: String,
    /// What it said.
    pub words: String,
    /// What it advised.
    pub advice: String,
    /// Why it was signed all the same.
    pub reason: String,
    /// By whom.
    pub account_name: String,
}

/// Something that stands at a line: a warning as it was signed, or a step since.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Mark {
    /// The line.
    pub line_id: LineId,
    /// `warning` or `step`.
    part: String,
    kind: String,
    tier: String,
    about: String,
    words: String,
    advice: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub account_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Mark {
    /// The warning it is.
    pub fn warning(&self) -> Option<Kept> {
        Some(Kept {
            kind: self.kind.parse().ok()?,
            tier: self.tier.parse().ok()?,
            about: self.about.clone(),
            words: self.words.clone(),
            advice: self.advice.clone(),
            reason: self.reason.clone(),
            account_name: self.account_name.clone(),
        })
        .filter(|_| self.part == "warning")
    }

    /// The step it is.
    pub fn step(&self) -> Option<LineMove> {
        self.kind.parse().ok().filter(|_| self.part == "step")
    }
}

/// Warnings and later steps of a prescription's lines, each in the order in which it was written.
pub async fn marks(store: impl Store, id: PrescriptionId) -> Result<Vec<Mark>, DbError> {
    sql("select w.line_id, 'warning' as part, w.kind, w.tier, w.about, w.words, w.advice, w.reason, w.account_name, w.at,
            w.id
         from prescription_line l join prescription_warning w on w.line_id = l.id where l.prescription_id = $1
         union all
         select e.line_id, 'step', e.move, '', '', '', '', e.reason, e.account_name, e.at, e.id
         from prescription_line l join prescription_event e on e.line_id = l.id
         where l.prescription_id = $1 and e.move <> 'sign' order by 10, 11 limit 600")
    .bind(id)
    .all(store)
    .await
}

/// The open visit of a patient.
pub async fn open_visit(store: impl Store, patient: PatientId) -> Result<Option<VisitId>, DbError> {
    let found: Option<(VisitId,)> = sql("select id from visit where patient_id = $1 and closed_at is null")
        .bind(patient)
        .optional(store)
        .await?;
    Ok(found.map(|(id,)| id))
}
