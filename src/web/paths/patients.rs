//! Patients, the card, imports, the university; and a patient's own pages.

use std::borrow::Borrow;

use crate::patients::model::{ImportId, PatientId};

/// Searching, and registering by POST.
pub const INDEX: &str = "/patients";
/// Registering.
pub const NEW: &str = "/patients/new";
/// A patient's record.
pub const SHOW: &str = "/patients/{id}";
/// Changing identity and contact.
pub const EDIT: &str = "/patients/{id}/edit";
/// Changing clinical facts as told.
pub const CLINICAL: &str = "/patients/{id}/clinical";
/// Opening the clinical part with a reason, by POST.
pub const OPENINGS: &str = "/patients/{id}/openings";
/// Who changed what.
pub const HISTORY: &str = "/patients/{id}/history";
/// The clinic card for printing; a new one by POST.
pub const CARD: &str = "/patients/{id}/card";
/// A one-time code, by POST.
pub const CODES: &str = "/patients/{id}/codes";
/// Deactivating and taking back, with a reason.
pub const STATE: &str = "/patients/{id}/state";
/// One-time codes for a filtered list of students, by POST.
pub const STUDENT_CODES: &str = "/students/codes";
/// One import.
pub const IMPORT: &str = "/student-imports/{id}";
/// Matching the columns of an import and checking it.
pub const IMPORT_CHECK: &str = "/student-imports/{id}/check";
/// Importing what was checked.
pub const IMPORT_COMMIT: &str = "/student-imports/{id}/commit";
/// Giving an import up.
pub const IMPORT_DROP: &str = "/student-imports/{id}/drop";
/// Deciding that a line is somebody else.
pub const IMPORT_DECIDE: &str = "/student-imports/{id}/decide";
/// The lines with a problem as a file.
pub const IMPORT_PROBLEMS: &str = "/student-imports/{id}/problems.csv";
/// Changing a faculty, department, level or session.
pub const UNIVERSITY_CHANGE: &str = "/university/change";
/// Students with filters.
pub const STUDENTS: &str = "/students";
/// Student imports.
pub const IMPORTS: &str = "/student-imports";
/// Faculties, departments, levels, sessions.
pub const UNIVERSITY: &str = "/university";
/// The own card.
pub const MY_CARD: &str = "/my/card";
/// The own details.
pub const MY_DETAILS: &str = "/my/details";

/// A patient's record.
pub fn show(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}", id.borrow())
}

/// Changing identity and contact.
pub fn edit(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/edit", id.borrow())
}

/// Changing clinical facts as told.
pub fn clinical(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/clinical", id.borrow())
}

/// Opening the clinical part with a reason.
pub fn openings(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/openings", id.borrow())
}

/// Who changed what.
pub fn history(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/history", id.borrow())
}

/// The clinic card for printing.
pub fn card(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/card", id.borrow())
}

/// A one-time code.
pub fn codes(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/codes", id.borrow())
}

/// Deactivating and taking back.
pub fn state(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/state", id.borrow())
}

/// One import.
pub fn import(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}", id.borrow())
}

/// Matching the columns of an import and checking it.
pub fn import_check(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}/check", id.borrow())
}

/// Importing what was checked.
pub fn import_commit(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}/commit", id.borrow())
}

/// Giving an import up.
pub fn import_drop(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}/drop", id.borrow())
}

/// Deciding that a line is somebody else.
pub fn import_decide(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}/decide", id.borrow())
}

/// The lines with a problem as a file.
pub fn import_problems(id: impl Borrow<ImportId>) -> String {
    format!("/student-imports/{}/problems.csv", id.borrow())
}
