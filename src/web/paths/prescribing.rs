//! Medicines and prescriptions.

use std::borrow::Borrow;

use crate::patients::model::PatientId;
use crate::prescribing::model::{LineId, MedicineId, PrescriptionId};

/// The catalogue of medicines; adding one by POST.
pub const MEDICINES: &str = "/medicines";
/// What fits while one types.
pub const OPTIONS: &str = "/medicines/options";
/// What the pharmacy has now, for everybody.
pub const AVAILABLE: &str = "/medicines/available";
/// The form of a new medicine.
pub const MEDICINE_NEW: &str = "/medicines/new";
/// How long prescriptions hold.
pub const RULES: &str = "/medicines/rules";
/// What became of the warnings that stop signing.
pub const STOPS: &str = "/medicines/warnings";
/// One medicine; changing it by POST.
pub const MEDICINE: &str = "/medicines/{id}";
/// Finding a prescription by its code or its patient.
pub const FIND: &str = "/prescriptions";
/// One prescription.
pub const PRESCRIPTION: &str = "/prescriptions/{id}";
/// The same on paper.
pub const PRINT: &str = "/prescriptions/{id}/print";
/// Prescribing the same again in the open visit, by POST.
pub const RENEWAL: &str = "/prescriptions/{id}/renewal";
/// Cancelling a line of which nothing was given, by POST.
pub const CANCELLATION: &str = "/prescriptions/lines/{id}/cancellation";
/// Stopping a line, by POST.
pub const STOP: &str = "/prescriptions/lines/{id}/stop";
/// Taking a new line in the place of one of which nothing was given.
pub const CHANGE: &str = "/prescriptions/lines/{id}/change";
/// The prescriptions of a patient.
pub const OF_PATIENT: &str = "/patients/{id}/prescriptions";
/// A patient's own prescriptions.
pub const MY_PRESCRIPTIONS: &str = "/my/prescriptions";

/// One medicine.
pub fn medicine(id: impl Borrow<MedicineId>) -> String {
    format!("/medicines/{}", id.borrow())
}

/// One prescription.
pub fn prescription(id: impl Borrow<PrescriptionId>) -> String {
    format!("/prescriptions/{}", id.borrow())
}

/// The same on paper.
pub fn print(id: impl Borrow<PrescriptionId>) -> String {
    format!("/prescriptions/{}/print", id.borrow())
}

/// Prescribing the same again in the open visit, by POST.
pub fn renewal(id: impl Borrow<PrescriptionId>) -> String {
    format!("/prescriptions/{}/renewal", id.borrow())
}

/// Cancelling a line, by POST.
pub fn cancellation(id: impl Borrow<LineId>) -> String {
    format!("/prescriptions/lines/{}/cancellation", id.borrow())
}

/// Stopping a line, by POST.
pub fn stop(id: impl Borrow<LineId>) -> String {
    format!("/prescriptions/lines/{}/stop", id.borrow())
}

/// Changing a line.
pub fn change(id: impl Borrow<LineId>) -> String {
    format!("/prescriptions/lines/{}/change", id.borrow())
}

/// The prescriptions of a patient.
pub fn of_patient(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/prescriptions", id.borrow())
}
