//! Patients, the card, imports, the university; and a patient's own pages.

use std::borrow::Borrow;

use crate::patients::model::PatientId;

/// Searching, and registering by POST.
pub const INDEX: &str = "/patients";
/// Registering.
pub const NEW: &str = "/patients/new";
/// A patient's record.
pub const SHOW: &str = "/patients/{id}";
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
