//! Entries of the health history, version by version.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::record::model::{Entry, EntryId, EntryKind, EntryState};
use crate::work::Doer;

/// A version to be written.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub replaces: Option<EntryId>,
    pub kind: EntryKind,
    pub code: String,
    pub words: String,
    pub since: String,
    pub until_on: Option<NaiveDate>,
    pub note: String,
    pub source: String,
    pub shared: bool,
    pub everyone: bool,
    pub state: EntryState,
    pub reason: String,
}

impl NewEntry {
    /// The first version of a condition.
    pub fn condition(words: &str, code: &str) -> Self {
        NewEntry {
            replaces: None,
            kind: EntryKind::Condition,
            code: code.to_owned(),
            words: words.to_owned(),
            since: String::new(),
            until_on: None,
            note: String::new(),
            source: String::new(),
            shared: false,
            everyone: false,
            state: EntryState::Active,
            reason: String::new(),
        }
    }
}

/// One version.
pub async fn entry(store: impl Store, id: EntryId) -> Result<Option<Entry>, DbError> {
    sql("select id, patient_id, kind, code, words, since, until_on, note, source, shared, everyone, state, reason,
            recorded_name, recorded_at from health_entry where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// The newest version of the entry that `id` is a version of.
pub async fn current_entry(store: impl Store, id: EntryId) -> Result<Option<Entry>, DbError> {
    sql("with recursive line as (select id from health_entry where id = $1
            union all select n.id from line join health_entry n on n.replaces_id = line.id)
         select id, patient_id, kind, code, words, since, until_on, note, source, shared, everyone, state, reason,
            recorded_name, recorded_at from health_entry where id = (select max(id) from line)")
    .bind(id)
    .optional(store)
    .await
}

/// Writes a version.
///
/// # Errors
/// A violation of `health_entry_replaces_id_unique` when somebody else replaced the same version first, of
/// `health_entry_twice` when the same holds already.
pub async fn insert_entry(
    tx: &mut Tx,
    patient: PatientId,
    new: &NewEntry,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<EntryId, DbError> {
    sql("insert into health_entry (patient_id, replaces_id, kind, code, words, since, until_on, note, source, shared,
            everyone, state, reason, recorded_by, recorded_name, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id")
    .bind(patient)
    .bind(new.replaces)
    .bind(new.kind)
    .bind(&new.code)
    .bind(&new.words)
    .bind(&new.since)
    .bind(new.until_on)
    .bind(&new.note)
    .bind(&new.source)
    .bind(new.shared)
    .bind(new.everyone)
    .bind(new.state)
    .bind(&new.reason)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(at)
    .scalar(tx)
    .await
}
