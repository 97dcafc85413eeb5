//! Importing students: a dry run says line by line what would happen, a commit does exactly that (rule I1).

mod check;
mod commit;

pub use check::classify;
pub use commit::commit;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::model::{FileError, ImportId, Line, Mapping, Outcome, columns_of, guess};
use super::store::import_lines;
use super::store::imports::{self, Checked, Import};
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::work::Work;

/// Why an import ended without a change.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The columns do not suffice.
    #[error("{0}")]
    Columns(String),
    /// Somebody changed or registered one of the students since the check.
    #[error("Student records changed since this file was checked. Check it again; nothing was imported")]
    Stale,
    /// Somebody else committed it, or gave it up.
    #[error("This import was finished meanwhile. Nothing more was imported")]
    Done,
    /// An account has this sign-in name already.
    #[error(
        "A matric number is the sign-in name of another account already. Change that account; nothing was imported"
    )]
    NameTaken,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a line says and which version of a student it was compared with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Planned {
    line: Line,
    version: i64,
    /// The line as it was sent, where it is left out: somebody corrects it there.
    #[serde(default)]
    pub cells: Vec<String>,
}

/// Reads the bytes of an uploaded file.
///
/// # Errors
/// What makes the file unreadable.
pub fn read_file(bytes: &[u8]) -> Result<(String, Mapping), FileError> {
    let content = std::str::from_utf8(bytes).map_err(|_| FileError::NotText)?;
    let headings = columns_of(content)?;
    Ok((content.to_owned(), Mapping { columns: guess(&headings), create_missing: false, headings }))
}

/// Keeps an uploaded file.
pub async fn upload(
    work: &mut Work,
    file_name: &str,
    content: &str,
    mapping: &Mapping,
) -> Result<ImportId, DbError> {
    let (at, who) = (work.now(), work.doer().account_id);
    let digest = Sha256::digest(content.as_bytes()).to_vec();
    let mapping = serde_json::to_string(mapping).unwrap_or_default();
    let id = imports::insert(work.tx(), file_name, (content, &digest), &mapping, (who, at)).await?;
    work.audit(Entry::new("student_import.uploaded", "student_import", id.0).with("file", file_name)).await?;
    Ok(id)
}

/// Keeps the outcome of a check.
pub async fn keep_check(
    work: &mut Work,
    mut import: Import,
    mapping: &Mapping,
    lines: &[Checked],
) -> Result<(), ImportError> {
    let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count() as i64;
    import.rows_new = count(Outcome::New);
    import.rows_changed = count(Outcome::Changed);
    import.rows_same = count(Outcome::Same);
    import.rows_review = count(Outcome::Review);
    import.rows_error = count(Outcome::Error);
    let mapping = serde_json::to_string(mapping).unwrap_or_default();
    if !imports::set_checked(work.tx(), &import, &mapping).await? {
        return Err(ImportError::Done);
    }
    import_lines::replace(work.tx(), import.id, lines).await?;
    let entry = Entry::new("student_import.checked", "student_import", import.id.0)
        .with("new", import.rows_new)
        .with("changed", import.rows_changed)
        .with("review", import.rows_review)
        .with("problems", import.rows_error);
    work.audit(entry).await?;
    Ok(())
}

/// What an import from the command line found and did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many lines came to each outcome.
    pub counts: Vec<(Outcome, usize)>,
    /// Every line, with what came of it.
    pub lines: Vec<Checked>,
    /// Whether there were new and changed students, and they were saved.
    pub saved: bool,
}

impl Report {
    /// Lines that were left out.
    pub fn left_out(&self) -> Vec<&Checked> {
        let out = |line: &&Checked| matches!(line.outcome, Outcome::Error | Outcome::Review);
        self.lines.iter().filter(out).collect()
    }
}

/// Imports a file in one go; lines with a problem and possible duplicates are left out and reported.
///
/// # Errors
/// What makes the file unreadable, or a change by somebody else meanwhile; nothing is saved then.
pub async fn import(
    app: &App,
    (file_name, bytes): (&str, &[u8]),
    create_missing: bool,
    dry_run: bool,
) -> Result<Report, ImportError> {
    let (content, guessed) = read_file(bytes)?;
    let mapping = Mapping { create_missing, ..guessed };
    if let Some(fault) = mapping.fault() {
        return Err(ImportError::Columns(fault));
    }
    let lines = classify(app, &content, &mapping, "run it again with --create-missing").await?;
    let count = |outcome: &Outcome| lines.iter().filter(|line| line.outcome == *outcome).count();
    let counts = Outcome::ALL.iter().map(|outcome| (*outcome, count(outcome))).collect();
    let anything = lines.iter().any(|line| matches!(line.outcome, Outcome::New | Outcome::Changed));
    let saved = anything && !dry_run;
    if saved {
        let mut work = Work::begin(app, crate::work::Doer::operator()).await?;
        let id = upload(&mut work, file_name, &content, &mapping).await?;
        let uploaded = imports::by_id(work.tx(), id).await?.ok_or(DbError::Missing)?;
        keep_check(&mut work, uploaded, &mapping, &lines).await?;
        let checked = imports::by_id(work.tx(), id).await?.ok_or(DbError::Missing)?;
        commit(&mut work, &checked).await?;
        work.commit().await?;
    }
    Ok(Report { counts, lines, saved })
}
