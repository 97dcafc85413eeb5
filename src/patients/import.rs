//! Importing students: a dry run says line by line what would happen, a commit does exactly that (rule I1).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::account::{follow_patient, open_patient_account};
use super::campus::Campus;
use super::model::{
    Details, FileError, ImportId, Line, Mapping, Outcome, card_code, columns_of, guess, lines_of,
    patient_number, same_facts, sign_in_name,
};
use super::store;
use super::store::import_lines::{self, Existing, LOOKED_UP};
use super::store::imports::{self, Checked, Import};
use crate::app::App;
use crate::audit::Entry;
use crate::db::{DbError, Store};
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
        "The sign-in name {0} belongs to another account. Change that account first; nothing was imported"
    )]
    NameTaken(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a line says and which version of a student it was compared with.
#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    line: Line,
    version: i64,
}

/// Reads the bytes of an uploaded file.
///
/// # Errors
/// What makes the file unreadable.
pub fn read_file(bytes: &[u8]) -> Result<(String, Mapping), FileError> {
    let content = std::str::from_utf8(bytes).map_err(|_| FileError::NotText)?;
    let headings = columns_of(content)?;
    Ok((content.to_owned(), Mapping { columns: guess(&headings), create_missing: false }))
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

/// The dry run: what would become of each line. Reads only.
pub async fn classify(app: &App, content: &str, mapping: &Mapping) -> Result<Vec<Checked>, DbError> {
    let clinic = app.clinic();
    let today = clinic.day_of(app.clock.now());
    let lines: Vec<(i64, Result<Line, String>)> = lines_of(content)
        .into_iter()
        .map(|(at, cells)| (at, Line::read(&cells, mapping, &clinic.matric_pattern, today)))
        .collect();
    let mut where_used: HashMap<String, Vec<i64>> = HashMap::new();
    for (at, line) in &lines {
        if let Ok(line) = line {
            where_used.entry(line.matric_number.clone()).or_default().push(*at);
        }
    }
    let known = known_students(&app.db, where_used.keys().cloned().collect()).await?;
    let campus = Campus::read(&app.db).await?;
    let mut checked = Vec::with_capacity(lines.len());
    for (at, line) in lines {
        let line = line.and_then(|line| match where_used.get(&line.matric_number).map(Vec::as_slice) {
            Some([_, _, ..]) => Err(twice(&line.matric_number, &where_used)),
            Some([]) | Some([_]) | None => Ok(line),
        });
        checked.push(match line {
            Ok(line) => judge(app, &campus, mapping, known.get(&line.matric_number), (at, line)).await?,
            Err(message) => fault(at, None, message),
        });
    }
    Ok(checked)
}

fn twice(matric: &str, where_used: &HashMap<String, Vec<i64>>) -> String {
    let lines: Vec<String> = where_used.get(matric).into_iter().flatten().map(i64::to_string).collect();
    format!("Matric number {matric} is on lines {}", lines.join(" and "))
}

async fn known_students(
    store: impl Store + Copy,
    matrics: Vec<String>,
) -> Result<HashMap<String, Existing>, DbError> {
    let mut known = HashMap::new();
    for some in matrics.chunks(LOOKED_UP) {
        for student in import_lines::by_matric(store, some).await? {
            known.insert(student.details.matric_number.clone().unwrap_or_default(), student);
        }
    }
    Ok(known)
}

fn fault(at: i64, line: Option<&Line>, message: String) -> Checked {
    let name = line.map(|line| format!("{} {}", line.given_names, line.family_name)).unwrap_or_default();
    Checked {
        line: at,
        outcome: Outcome::Error,
        matric_number: line.map(|line| line.matric_number.clone()).unwrap_or_default(),
        name,
        message,
        patient_id: None,
        payload: String::new(),
    }
}

async fn judge(
    app: &App,
    campus: &Campus,
    mapping: &Mapping,
    known: Option<&Existing>,
    (at, line): (i64, Line),
) -> Result<Checked, DbError> {
    let mut details = known.map(|known| known.details.clone()).unwrap_or_default();
    line.fill(&mut details);
    let unknown = match campus.resolve(&line, &mut details) {
        Ok(unknown) => unknown,
        Err(message) => return Ok(fault(at, Some(&line), message)),
    };
    if let (Some(first), false) = (unknown.first(), mapping.create_missing) {
        let message = format!("{first}. Correct it, or tick \"Make what is not known\"");
        return Ok(fault(at, Some(&line), message));
    }
    let (outcome, patient_id, message) = match known {
        Some(known) => {
            let mut words: Vec<String> = known
                .details
                .differences(&details, &|what, id| campus.name_of(what, id))
                .into_iter()
                .map(|(field, old, new)| {
                    format!("{field}: {} → {new}", if old.is_empty() { "nothing" } else { &old })
                })
                .collect();
            words.extend(unknown.iter().map(|unknown| format!("{unknown}, it is made")));
            let outcome = if words.is_empty() { Outcome::Same } else { Outcome::Changed };
            (outcome, Some(known.id), words.join("; "))
        }
        None => match same_facts(&details, store::candidates(&app.db, &details).await?).into_iter().next() {
            Some((likely, why)) => {
                let matric = likely.matric_number.clone().unwrap_or_default();
                let message = format!("Perhaps {} {} {matric}. {why}", likely.number, likely.name());
                (Outcome::Review, Some(likely.id), message)
            }
            None => (
                Outcome::New,
                None,
                unknown.iter().map(|unknown| format!("{unknown}, it is made. ")).collect(),
            ),
        },
    };
    Ok(Checked {
        line: at,
        outcome,
        matric_number: line.matric_number.clone(),
        name: details.name(),
        message,
        patient_id,
        payload: serde_json::to_string(&Planned { line, version: known.map_or(0, |known| known.version) })
            .unwrap_or_default(),
    })
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
    Ok(())
}

/// Does what the check said, all of it or nothing.
///
/// # Errors
/// `Done` for the second of two, `Stale` when a student changed since the check.
pub async fn commit(work: &mut Work, import: &Import) -> Result<(), ImportError> {
    let at = work.now();
    if !imports::set_committed(work.tx(), import, at).await? {
        return Err(ImportError::Done);
    }
    let mapping: Mapping = serde_json::from_str(&import.mapping).unwrap_or_default();
    let mut campus = Campus::read(work.tx()).await?;
    let new = import_lines::page(work.tx(), import.id, Some(Outcome::New), 0, i64::MAX).await?;
    let changed = import_lines::page(work.tx(), import.id, Some(Outcome::Changed), 0, i64::MAX).await?;
    let mut next = match new.len() as i64 {
        0 => 0,
        count => store::next_numbers(work.tx(), count).await? - count + 1,
    };
    for group in new.chunks(LOOKED_UP) {
        let matrics: Vec<String> = group.iter().map(|line| line.matric_number.clone()).collect();
        if !import_lines::by_matric(work.tx(), &matrics).await?.is_empty() {
            return Err(ImportError::Stale);
        }
        for line in group {
            let planned = planned(line)?;
            let mut details = Details::default();
            complete(work, &mut campus, &mapping, (&planned.line, &mut details)).await?;
            add_student(work, &details, next).await?;
            next += 1;
        }
    }
    for group in changed.chunks(LOOKED_UP) {
        let matrics: Vec<String> = group.iter().map(|line| line.matric_number.clone()).collect();
        let known = import_lines::by_matric(work.tx(), &matrics).await?;
        for line in group {
            let planned = planned(line)?;
            let existing = known.iter().find(|student| Some(student.id) == line.patient_id);
            let existing =
                existing.filter(|student| student.version == planned.version).ok_or(ImportError::Stale)?;
            let mut details = existing.details.clone();
            complete(work, &mut campus, &mapping, (&planned.line, &mut details)).await?;
            change_student(work, existing, &details, &campus).await?;
        }
    }
    let entry = Entry::new("student_import.committed", "student_import", import.id.0)
        .with("file", import.file_name.as_str())
        .with("new", new.len())
        .with("changed", changed.len());
    work.audit(entry).await?;
    Ok(())
}

fn planned(line: &Checked) -> Result<Planned, ImportError> {
    serde_json::from_str(&line.payload).map_err(|_| ImportError::Stale)
}

async fn complete(
    work: &mut Work,
    campus: &mut Campus,
    mapping: &Mapping,
    (line, details): (&Line, &mut Details),
) -> Result<(), ImportError> {
    line.fill(details);
    let unknown = campus.resolve(line, details).map_err(|_| ImportError::Stale)?;
    if !unknown.is_empty() {
        if !mapping.create_missing {
            return Err(ImportError::Stale);
        }
        campus.make(work.tx(), line).await?;
        campus.resolve(line, details).map_err(|_| ImportError::Stale)?;
    }
    Ok(())
}

async fn add_student(work: &mut Work, details: &Details, n: i64) -> Result<(), ImportError> {
    let (at, number) = (work.now(), patient_number(n));
    let id = store::insert(work.tx(), details, &number, &card_code(rand::random()), at).await?;
    let name = sign_in_name(details.matric_number.as_deref().unwrap_or_default());
    open_patient_account(work, id, &name, &details.name()).await.map_err(|error| taken(error, &name))?;
    let entry = Entry::new("patient.registered", "patient", id.0).of_patient(id.0).with("by", "import");
    work.audit(entry).await?;
    Ok(())
}

fn taken(error: DbError, name: &str) -> ImportError {
    if error.violates("account_sign_in_name_unique") {
        return ImportError::NameTaken(name.to_owned());
    }
    ImportError::Db(error)
}

async fn change_student(
    work: &mut Work,
    existing: &Existing,
    details: &Details,
    campus: &Campus,
) -> Result<(), ImportError> {
    let at = work.now();
    let target = (existing.id, existing.number.as_str());
    if !store::update_details(work.tx(), target, existing.version, details, at).await? {
        return Err(ImportError::Stale);
    }
    if let Some(account) = existing.account_id
        && existing.details.name() != details.name()
    {
        follow_patient(work, account, None, &details.name()).await?;
    }
    let mut entry = Entry::new("patient.edited", "patient", existing.id.0)
        .of_patient(existing.id.0)
        .with("by", "import")
        .with("version", existing.version + 1);
    for (field, old, new) in existing.details.differences(details, &|what, id| campus.name_of(what, id)) {
        entry = entry.changed(field, &old, &new);
    }
    work.audit(entry).await?;
    Ok(())
}

/// What an import from the command line found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many lines came to each outcome.
    pub counts: Vec<(Outcome, usize)>,
    /// Lines that were left out, with their number and why.
    pub left_out: Vec<(i64, String)>,
    /// Whether the new and changed students were saved.
    pub saved: bool,
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
    let lines = classify(app, &content, &mapping).await?;
    let count = |outcome: &Outcome| lines.iter().filter(|line| line.outcome == *outcome).count();
    let out = |line: &&Checked| matches!(line.outcome, Outcome::Error | Outcome::Review);
    let report = Report {
        counts: Outcome::ALL.iter().map(|outcome| (*outcome, count(outcome))).collect(),
        left_out: lines.iter().filter(out).map(|line| (line.line, line.message.clone())).collect(),
        saved: !dry_run,
    };
    if !dry_run {
        let mut work = Work::begin(app, crate::work::Doer::operator()).await?;
        let id = upload(&mut work, file_name, &content, &mapping).await?;
        let uploaded = imports::by_id(work.tx(), id).await?.ok_or(DbError::Missing)?;
        keep_check(&mut work, uploaded, &mapping, &lines).await?;
        let checked = imports::by_id(work.tx(), id).await?.ok_or(DbError::Missing)?;
        commit(&mut work, &checked).await?;
        work.commit().await?;
    }
    Ok(report)
}
