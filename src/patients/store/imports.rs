//! The rows of imports.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::{ImportId, Outcome, PatientId};
use crate::words;

words! {
    /// Where an import stands.
    pub enum ImportState {
        Uploaded = "uploaded" => "Match the columns",
        Checked = "checked" => "Checked, not imported",
        Committed = "committed" => "Imported",
        Dropped = "dropped" => "Given up",
    }
}

/// An import without the file's content.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub mapping: String,
    pub state: ImportState,
    pub rows_new: i64,
    pub rows_changed: i64,
    pub rows_same: i64,
    pub rows_review: i64,
    pub rows_error: i64,
    pub created_at: DateTime<Utc>,
    pub committed_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl Import {
    /// How many lines came to an outcome.
    pub fn count(&self, outcome: &Outcome) -> i64 {
        match outcome {
            Outcome::New => self.rows_new,
            Outcome::Changed => self.rows_changed,
            Outcome::Same => self.rows_same,
            Outcome::Review => self.rows_review,
            Outcome::Error => self.rows_error,
        }
    }

    /// All lines.
    pub fn lines(&self) -> i64 {
        self.rows_new + self.rows_changed + self.rows_same + self.rows_review + self.rows_error
    }
}

/// One checked line.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Checked {
    pub line: i64,
    pub outcome: Outcome,
    pub matric_number: String,
    pub name: String,
    pub message: String,
    pub patient_id: Option<PatientId>,
    pub payload: String,
}

/// Keeps an uploaded file.
pub async fn insert(
    tx: &mut Tx,
    file_name: &str,
    content: (&str, &[u8]),
    mapping: &str,
    (who, at): (Option<i64>, DateTime<Utc>),
) -> Result<ImportId, DbError> {
    sql("insert into student_import (file_name, content, digest, mapping, state, created_by, created_at)
         values ($1, $2, $3, $4, 'uploaded', $5, $6) returning id")
    .bind(file_name)
    .bind(content.0)
    .bind(content.1)
    .bind(mapping)
    .bind(who)
    .bind(at)
    .scalar(tx)
    .await
}

/// The latest imports.
pub async fn latest(store: impl Store) -> Result<Vec<Import>, DbError> {
    sql("select id, file_name, mapping, state, rows_new, rows_changed, rows_same, rows_review, rows_error, created_at,
            committed_at, version from student_import order by id desc limit 25")
    .all(store)
    .await
}

/// One import.
pub async fn by_id(store: impl Store, id: ImportId) -> Result<Option<Import>, DbError> {
    sql("select id, file_name, mapping, state, rows_new, rows_changed, rows_same, rows_review, rows_error, created_at,
            committed_at, version from student_import where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// The file as it was uploaded.
pub async fn content(store: impl Store, id: ImportId) -> Result<String, DbError> {
    sql("select content from student_import where id = $1").bind(id).scalar(store).await
}

/// Keeps the mapping and the counts; only an import that is not done yet is checked (again).
pub async fn set_checked(tx: &mut Tx, import: &Import, mapping: &str) -> Result<bool, DbError> {
    let touched =
        sql("update student_import set mapping = $3, state = 'checked', rows_new = $4, rows_changed = $5,
            rows_same = $6, rows_review = $7, rows_error = $8, version = version + 1
         where id = $1 and version = $2 and state in ('uploaded', 'checked')")
        .bind(import.id)
        .bind(import.version)
        .bind(mapping)
        .bind(import.rows_new)
        .bind(import.rows_changed)
        .bind(import.rows_same)
        .bind(import.rows_review)
        .bind(import.rows_error)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// The commit's own gate: one of two that come together gets it.
pub async fn set_committed(tx: &mut Tx, import: &Import, at: DateTime<Utc>) -> Result<bool, DbError> {
    let touched = sql("update student_import set state = 'committed', committed_at = $3, content = '',
            version = version + 1 where id = $1 and version = $2 and state = 'checked'")
    .bind(import.id)
    .bind(import.version)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// Gives an import up; the file's content is forgotten.
pub async fn set_dropped(tx: &mut Tx, import: &Import) -> Result<bool, DbError> {
    let touched = sql("update student_import set state = 'dropped', content = '', version = version + 1
         where id = $1 and version = $2 and state in ('uploaded', 'checked')")
    .bind(import.id)
    .bind(import.version)
    .run(&mut *tx)
    .await?;
    sql("delete from student_import_row where import_id = $1").bind(import.id).run(tx).await?;
    Ok(touched == 1)
}
