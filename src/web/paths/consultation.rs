//! Vital signs.

use std::borrow::Borrow;

use crate::consultation::model::VitalsId;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// Taking vital signs in a visit.
pub const VITALS: &str = "/visits/{id}/vitals";
/// One taking, with its score.
pub const TAKING: &str = "/vitals/{id}";
/// Correcting a taking, which stays.
pub const CORRECTION: &str = "/vitals/{id}/correction";
/// The vital signs of a patient over time.
pub const TREND: &str = "/patients/{id}/vitals";

/// Taking vital signs in a visit.
pub fn vitals(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/vitals", visit.borrow())
}

/// One taking, with its score.
pub fn taking(id: impl Borrow<VitalsId>) -> String {
    format!("/vitals/{}", id.borrow())
}

/// Correcting a taking.
pub fn correction(id: impl Borrow<VitalsId>) -> String {
    format!("/vitals/{}/correction", id.borrow())
}

/// The vital signs of a patient over time.
pub fn trend(patient: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/vitals", patient.borrow())
}
