//! Who wrote what about a patient's health, and when: every version there ever was.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;

/// A version in the history.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Version {
    /// `told`, `allergy`, `none` or `entry`.
    pub part: String,
    /// Its id in its table.
    pub id: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// By whom.
    pub name: String,
    /// The field that was told, the kind of allergy or entry.
    pub kind: String,
    /// Where it stands.
    pub state: String,
    /// What it says.
    pub words: String,
    /// What the version before it said; empty for the first.
    pub before: String,
    /// Why it ended.
    pub reason: String,
}

/// Versions older than a line, newest first.
pub async fn changes(
    store: impl Store,
    patient: PatientId,
    before: Option<(DateTime<Utc>, &str, i64)>,
    limit: i64,
) -> Result<Vec<Version>, DbError> {
    let far = DateTime::from_timestamp(32_503_680_000, 0).unwrap_or_default();
    let (at, part, id) = before.unwrap_or((far, "", 0));
    sql("select part, id, at, name, kind, state, words, before, reason from (
            select 'told' as part, c.id, c.at, c.name, c.field as kind, 'active' as state, c.new_text as words,
                c.old_text as before, '' as reason
            from patient_clinical_change c where c.patient_id = $1
            union all
            select 'allergy', a.id, a.recorded_at, a.recorded_name, a.kind, a.state,
                a.substance || '|' || a.reaction || '|' || a.severity || '|' || a.certainty || '|' || a.since || '|' || a.note,
                coalesce(b.substance || '|' || b.reaction || '|' || b.severity || '|' || b.certainty || '|' || b.since || '|' || b.note, ''),
                a.reason
            from allergy a left join allergy b on b.id = a.replaces_id where a.patient_id = $1
            union all
            select 'none', n.id, n.recorded_at, n.recorded_name, '', n.state, '', '', n.reason
            from allergy_none n where n.patient_id = $1
            union all
            select 'entry', e.id, e.recorded_at, e.recorded_name, e.kind, e.state,
                e.words || '|' || e.source || '|' || e.since || '|' || coalesce(cast(e.until_on as text), '') || '|' || e.note,
                coalesce(b.words || '|' || b.source || '|' || b.since || '|' || coalesce(cast(b.until_on as text), '') || '|' || b.note, ''),
                e.reason
            from health_entry e left join health_entry b on b.id = e.replaces_id where e.patient_id = $1
         ) version
         where at < $2 or (at = $2 and (part < $3 or (part = $3 and id < $4)))
         order by at desc, part desc, id desc limit $5")
    .bind(patient)
    .bind(at)
    .bind(part)
    .bind(id)
    .bind(limit)
    .all(store)
    .await
}
