//! The commit: exactly what the check said, or nothing.

use super::{ImportError, Planned};
use crate::access::{follow_patient, open_patient_accounts};
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::campus::Campus;
use crate::patients::model::{
    Details, Line, Mapping, Outcome, PatientId, card_code, patient_number, sign_in_name,
};
use crate::patients::store;
use crate::patients::store::import_lines::{self, Existing, LOOKED_UP};
use crate::patients::store::imports::{self, Checked, Import};
use crate::work::Work;

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
    let mut students = Vec::with_capacity(new.len());
    for group in new.chunks(LOOKED_UP) {
        let matrics: Vec<String> = group.iter().map(|line| line.matric_number.clone()).collect();
        if !import_lines::by_matric(work.tx(), &matrics).await?.is_empty() {
            return Err(ImportError::Stale);
        }
        let mut terms = Vec::new();
        for line in group {
            let planned = planned(line)?;
            let mut details = Details::default();
            complete(work, &mut campus, &mapping, (&planned.line, &mut details)).await?;
            let (id, words) = add_student(work, &details, next).await?;
            terms.extend(words);
            let matric = details.matric_number.as_deref().unwrap_or_default();
            students.push((id, sign_in_name(matric), details.name()));
            next += 1;
        }
        store::write_terms(work.tx(), &terms).await?;
    }
    let registered = |id: &PatientId| {
        Entry::new("patient.registered", "patient", id.0).of_patient(id.0).with("by", "import")
    };
    work.audit_all(students.iter().map(|(id, _, _)| registered(id)).collect()).await?;
    open_patient_accounts(work, &students).await.map_err(taken)?;
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

/// Writes one student; gives the words to find them by.
async fn add_student(
    work: &mut Work,
    details: &Details,
    n: i64,
) -> Result<(PatientId, Vec<(PatientId, String)>), DbError> {
    let (at, number) = (work.now(), patient_number(n));
    store::insert_row(work.tx(), details, &number, &card_code(rand::random()), at).await
}

fn taken(error: DbError) -> ImportError {
    if error.violates("account_sign_in_name_unique") {
        ImportError::NameTaken
    } else {
        ImportError::Db(error)
    }
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
    // Who was known here and becomes a student signs in as one.
    if existing.account_id.is_none() {
        let name = sign_in_name(details.matric_number.as_deref().unwrap_or_default());
        open_patient_accounts(work, &[(existing.id, name, details.name())]).await.map_err(taken)?;
    }
    for (field, old, new) in existing.details.differences(details, &|what, id| campus.name_of(what, id)) {
        entry = entry.changed(field, &old, &new);
    }
    work.audit(entry).await?;
    Ok(())
}
