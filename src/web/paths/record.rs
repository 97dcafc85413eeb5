//! The health part of a record, its line of time, emergencies; and a patient's own record.

use std::borrow::Borrow;

use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::record::model::{AllergyId, EntryId, EntryKind, OpeningId};

/// What holds now.
pub const HEALTH: &str = "/patients/{id}/health";
/// Who wrote what about it.
pub const CHANGES: &str = "/patients/{id}/health/history";
/// Recording an allergy, with the search of the list.
pub const ALLERGY_NEW: &str = "/patients/{id}/allergies/new";
/// Recording an allergy, by POST.
pub const ALLERGIES: &str = "/patients/{id}/allergies";
/// Stating that no allergy is known, by POST.
pub const NONE: &str = "/patients/{id}/allergies/none";
/// Taking that back, by POST.
pub const NONE_WITHDRAWAL: &str = "/patients/{id}/allergies/none/withdrawal";
/// A told text has been dealt with, by POST.
pub const TOLD: &str = "/patients/{id}/allergies/told";
/// Changing an allergy.
pub const ALLERGY: &str = "/allergies/{id}";
/// Ending an allergy.
pub const ALLERGY_END: &str = "/allergies/{id}/end";
/// Recording an entry of the history.
pub const ENTRY_NEW: &str = "/patients/{id}/health/entries/new";
/// Recording an entry, by POST.
pub const ENTRIES: &str = "/patients/{id}/health/entries";
/// Changing an entry.
pub const ENTRY: &str = "/health-entries/{id}";
/// Ending an entry.
pub const ENTRY_END: &str = "/health-entries/{id}/end";
/// The line of time.
pub const TIMELINE: &str = "/patients/{id}/timeline";
/// Opening a record in an emergency.
pub const EMERGENCY: &str = "/patients/{id}/emergency";
/// Sealing a record and lifting the seal.
pub const SEAL: &str = "/patients/{id}/seal";
/// Who reads a visit; sealing it and lifting the seal by POST.
pub const VISIT_SEAL: &str = "/visits/{id}/seal";
/// Lifting the seals of visits for the records officer, by POST.
pub const VISIT_SEALS: &str = "/patients/{id}/seal/visits";
/// Emergencies and their reviews.
pub const REVIEWS: &str = "/emergency-openings";
/// One emergency; its review by POST.
pub const REVIEW: &str = "/emergency-openings/{id}";
/// The own record.
pub const MY_RECORD: &str = "/my/record";
/// Who opened the own record.
pub const MY_OPENINGS: &str = "/my/record/openings";
/// "I have read it", by POST.
pub const MY_NOTICE: &str = "/my/record/notices/{id}";
/// The own record as a file to read.
pub const MY_FILE: &str = "/my/record/file.html";
/// The own record as a file for other programs.
pub const MY_JSON: &str = "/my/record/file.json";

/// What holds now.
pub fn health(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/health", id.borrow())
}

/// Who wrote what about it.
pub fn changes(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/health/history", id.borrow())
}

/// Recording an allergy.
pub fn allergy_new(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies/new", id.borrow())
}

/// Recording an allergy that was told.
pub fn allergy_told(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies/new?told=1", id.borrow())
}

/// Recording an allergy, by POST.
pub fn allergies(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies", id.borrow())
}

/// Stating that no allergy is known.
pub fn none(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies/none", id.borrow())
}

/// Taking that back.
pub fn none_withdrawal(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies/none/withdrawal", id.borrow())
}

/// A told text has been dealt with.
pub fn told(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/allergies/told", id.borrow())
}

/// Changing an allergy.
pub fn allergy(id: impl Borrow<AllergyId>) -> String {
    format!("/allergies/{}", id.borrow())
}

/// Ending an allergy.
pub fn allergy_end(id: impl Borrow<AllergyId>) -> String {
    format!("/allergies/{}/end", id.borrow())
}

/// Recording an entry of a kind.
pub fn entry_new(id: impl Borrow<PatientId>, kind: impl Borrow<EntryKind>) -> String {
    format!("/patients/{}/health/entries/new?kind={}", id.borrow(), kind.borrow().as_str())
}

/// Recording an entry, by POST.
pub fn entries(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/health/entries", id.borrow())
}

/// Changing an entry.
pub fn entry(id: impl Borrow<EntryId>) -> String {
    format!("/health-entries/{}", id.borrow())
}

/// Ending an entry.
pub fn entry_end(id: impl Borrow<EntryId>) -> String {
    format!("/health-entries/{}/end", id.borrow())
}

/// The line of time.
pub fn timeline(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/timeline", id.borrow())
}

/// Opening a record in an emergency.
pub fn emergency(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/emergency", id.borrow())
}

/// Sealing a record and lifting the seal.
pub fn seal(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/seal", id.borrow())
}

/// Who reads a visit.
pub fn visit_seal(id: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/seal", id.borrow())
}

/// Lifting the seals of visits.
pub fn visit_seals(id: impl Borrow<PatientId>) -> String {
    format!("/patients/{}/seal/visits", id.borrow())
}

/// One emergency.
pub fn review(id: impl Borrow<OpeningId>) -> String {
    format!("/emergency-openings/{}", id.borrow())
}

/// "I have read it".
pub fn my_notice(id: impl Borrow<OpeningId>) -> String {
    format!("/my/record/notices/{}", id.borrow())
}
