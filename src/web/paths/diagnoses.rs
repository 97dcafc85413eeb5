//! Diagnoses.

use std::borrow::Borrow;

use crate::diagnoses::model::DiagnosisId;
use crate::patients::model::PatientId;

/// What fits a few typed letters.
pub const OPTIONS: &str = "/diagnosis-options";
/// What was ever diagnosed in a patient.
pub const OF_PATIENT: &str = "/patients/{id}/diagnoses";
/// Adding a diagnosis to the conditions of the record, by POST.
pub const CONDITION: &str = "/diagnoses/{id}/condition";
/// Marking one as entered in error.
pub const ERROR: &str = "/diagnoses/{id}/error";

/// What was ever diagnosed in a patient.
pub fn of_patient(patient: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/diagnoses", patient.borrow())
}

/// Adding a diagnosis to the conditions of the record, by POST.
pub fn condition(id: impl Borrow<DiagnosisId>) -> String {
    format!("/diagnoses/{}/condition", id.borrow())
}

/// Marking one as entered in error.
pub fn error(id: impl Borrow<DiagnosisId>) -> String {
    format!("/diagnoses/{}/error", id.borrow())
}
