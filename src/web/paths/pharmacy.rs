//! The pharmacy: what waits, what is given out, what came back, the register.

use std::borrow::Borrow;

use crate::pharmacy::model::{DispensingId, MessageId};
use crate::prescribing::model::{LineId, PrescriptionId};
use crate::queue::model::VisitId;
use crate::stock::model::BatchId;

/// The worklist.
pub const WORKLIST: &str = "/pharmacy";
/// The part of it that changes.
pub const WORKLIST_PART: &str = "/pharmacy/now";
/// Its stream.
pub const WORKLIST_LIVE: &str = "/pharmacy/stream";
/// What was prescribed earlier and not fetched, or is still owed.
pub const EARLIER: &str = "/pharmacy/earlier";
/// What is owed to patients.
pub const OWED: &str = "/pharmacy/earlier?owed=yes";
/// What was given out on a day.
pub const GIVEN: &str = "/pharmacy/given";
/// The register of controlled medicines.
pub const REGISTER: &str = "/pharmacy/register";
/// What the pharmacy asks and tells a prescriber.
pub const MESSAGES: &str = "/pharmacy/messages";
/// Answering, by POST.
pub const ANSWER: &str = "/pharmacy/messages/{id}/answer";
/// Giving out of a prescription.
pub const DISPENSE: &str = "/prescriptions/{id}/dispensing";
/// Leads to what is given out in a visit.
pub const OF_VISIT: &str = "/visits/{id}/dispensing";
/// Asking the prescriber, by POST.
pub const QUERIES: &str = "/prescriptions/{id}/queries";
/// Pausing, resuming or closing a line, by POST.
pub const LINE_STATE: &str = "/prescriptions/lines/{id}/state";
/// Reserving units for a line, by POST.
pub const RESERVATION: &str = "/prescriptions/lines/{id}/reservation";
/// What was given out at one moment.
pub const DISPENSING: &str = "/dispensings/{id}";
/// Its labels.
pub const LABELS: &str = "/dispensings/{id}/labels";
/// The slip for the patient: how to take it, what is still owed.
pub const SLIP: &str = "/dispensings/{id}/slip";
/// Leads to the hand-out of a line.
pub const LINE: &str = "/dispensings/lines/{id}";
/// Who was given of a batch.
pub const RECEIVERS: &str = "/pharmacy/batches/{id}";
/// Taking something back, by POST.
pub const RETURNS: &str = "/dispensings/{id}/returns";

/// Giving out of a prescription.
pub fn dispense(id: impl Borrow<PrescriptionId>) -> String {
    format!("/prescriptions/{}/dispensing", id.borrow())
}

/// Asking the prescriber, by POST.
pub fn queries(id: impl Borrow<PrescriptionId>) -> String {
    format!("/prescriptions/{}/queries", id.borrow())
}

/// Pausing, resuming or closing a line, by POST.
pub fn line_state(id: impl Borrow<LineId>) -> String {
    format!("/prescriptions/lines/{}/state", id.borrow())
}

/// Reserving units for a line, by POST.
pub fn reservation(id: impl Borrow<LineId>) -> String {
    format!("/prescriptions/lines/{}/reservation", id.borrow())
}

/// Leads to what is given out in a visit.
pub fn of_visit(id: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/dispensing", id.borrow())
}

/// What was given out at one moment.
pub fn dispensing(id: impl Borrow<DispensingId>) -> String {
    format!("/dispensings/{}", id.borrow())
}

/// Its labels.
pub fn labels(id: impl Borrow<DispensingId>) -> String {
    format!("/dispensings/{}/labels", id.borrow())
}

/// The slip for the patient.
pub fn slip(id: impl Borrow<DispensingId>) -> String {
    format!("/dispensings/{}/slip", id.borrow())
}

/// Leads to the hand-out of a line.
pub fn line(id: i64) -> String {
    format!("/dispensings/lines/{id}")
}

/// Who was given of a batch.
pub fn receivers(id: impl Borrow<BatchId>) -> String {
    format!("/pharmacy/batches/{}", id.borrow())
}

/// Taking something back, by POST.
pub fn returns(id: impl Borrow<DispensingId>) -> String {
    format!("/dispensings/{}/returns", id.borrow())
}

/// Answering, by POST.
pub fn answer(id: impl Borrow<MessageId>) -> String {
    format!("/pharmacy/messages/{}/answer", id.borrow())
}
