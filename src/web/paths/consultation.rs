//! Vital signs, the consultation page, notes.

use std::borrow::Borrow;

use crate::consultation::model::{NoteId, TemplateId, VitalsId};
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
/// The consultation page of a visit; its steps by POST.
pub const CONSULT: &str = "/visits/{id}/consultation";
/// The page's draft as it is typed, by POST.
pub const DRAFT: &str = "/visits/{id}/consultation/draft";
/// Taking the visit over from a colleague, by POST.
pub const TAKEOVER: &str = "/visits/{id}/takeover";
/// Finishing the consultation, by POST.
pub const COMPLETION: &str = "/visits/{id}/completion";
/// Drafts that somebody has not signed.
pub const UNFINISHED: &str = "/notes/unfinished";
/// One note.
pub const NOTE: &str = "/notes/{id}";
/// Adding to a signed note.
pub const ADDENDUM: &str = "/notes/{id}/addendum";
/// Saying that a signed note was entered in error.
pub const ERROR: &str = "/notes/{id}/error";
/// Throwing a draft away.
pub const DISCARD: &str = "/notes/{id}/discard";
/// Templates of notes.
pub const TEMPLATES: &str = "/notes/templates";
/// A new one.
pub const TEMPLATE_NEW: &str = "/notes/templates/new";
/// One of them.
pub const TEMPLATE: &str = "/notes/templates/{id}";

/// The consultation page of a visit.
pub fn consult(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/consultation", visit.borrow())
}

/// A place on the consultation page.
pub fn consult_at(visit: impl Borrow<VisitId>, place: &str) -> String {
    format!("/visits/{}/consultation#{place}", visit.borrow())
}

/// The page's draft as it is typed.
pub fn draft(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/consultation/draft", visit.borrow())
}

/// Taking the visit over from a colleague.
pub fn takeover(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/takeover", visit.borrow())
}

/// Finishing the consultation.
pub fn completion(visit: impl Borrow<VisitId>) -> String {
    format!("/visits/{}/completion", visit.borrow())
}

/// One note.
pub fn note(id: impl Borrow<NoteId>) -> String {
    format!("/notes/{}", id.borrow())
}

/// Adding to a signed note.
pub fn addendum(id: impl Borrow<NoteId>) -> String {
    format!("/notes/{}/addendum", id.borrow())
}

/// Adding a draft that was set aside to a signed note.
pub fn addendum_of(id: impl Borrow<NoteId>, draft: impl Borrow<NoteId>) -> String {
    format!("/notes/{}/addendum?draft={}", id.borrow(), draft.borrow())
}

/// Saying that a signed note was entered in error.
pub fn error(id: impl Borrow<NoteId>) -> String {
    format!("/notes/{}/error", id.borrow())
}

/// Throwing a draft away.
pub fn discard(id: impl Borrow<NoteId>) -> String {
    format!("/notes/{}/discard", id.borrow())
}

/// One template.
pub fn template(id: impl Borrow<TemplateId>) -> String {
    format!("/notes/templates/{}", id.borrow())
}

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
