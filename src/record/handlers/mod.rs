//! HTTP of records.

pub mod allergies;
pub mod allergy;
pub mod emergency;
pub mod entries;
pub mod entry;
pub mod health;
pub mod mine;
pub mod reviews;
pub mod seal;
pub mod time;
pub mod visit_seal;

use super::store;
use super::views::Banner;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::patients;
use crate::patients::model::{PatientId, Reach, SealedVisits};
use crate::queue::model::VisitId;
use crate::web::{Error, FormState, Page};

/// How far a record is open to who asks, with the banner that may be shown.
#[derive(Debug)]
pub struct Door {
    /// How far.
    pub reach: Reach,
    /// Who it is about; what could harm them only where the record is open, or they are in the clinic.
    pub banner: Banner,
    /// What of an open record stays closed all the same.
    pub sealed: SealedVisits,
}

/// What is said beside a form whose reader's time has run out.
const OVER: &str = "Your time with this record is over. Nothing was saved yet, and your text is still here";
/// The same where somebody sealed the visit or the record while they typed.
const SEALED: &str =
    "This was sealed, and you do not treat in it. Nothing was saved yet, and your text is still here";

impl Door {
    /// The patient with the visits that stay closed: for lists that leave those out.
    pub fn whose(&self) -> (PatientId, &SealedVisits) {
        (self.banner.summary.who.patient_id, &self.sealed)
    }

    /// Whether a form may be saved; else the form says what to do.
    pub fn lets(&self, form: &mut FormState) -> bool {
        if self.closed() {
            form.refuse("", if self.reach.is_sealed() { SEALED } else { OVER });
        }
        !self.closed()
    }

    /// Whether nothing of it may be read or written.
    pub fn closed(&self) -> bool {
        !self.reach.is_open()
    }
}

/// The door of a record for somebody whose role has clinical content. Nobody works on the own record (rule A7).
pub async fn door(app: &App, page: &Page, id: PatientId) -> Result<Door, Error> {
    let (reach, sealed) = patients::reach(app, page, id).await?;
    if reach == Reach::Never {
        return Err(Error::Forbidden(patients::OWN));
    }
    if reach == Reach::SealedHere {
        let banner = super::harm(app, id).await?.ok_or(Error::NotFound)?;
        return Ok(Door { reach, banner: banner.under(reach), sealed: SealedVisits::default() });
    }
    let summary = store::summary(&app.db, id, reach.is_open()).await?.ok_or(Error::NotFound)?;
    Ok(Door { reach, banner: Banner::of(summary).under(reach), sealed })
}

/// The door of what belongs to one visit: it is closed to whoever did not treat in a sealed one, however far the record is
/// open to them (rule A3).
pub async fn door_of(app: &App, page: &Page, id: PatientId, visit: VisitId) -> Result<Door, Error> {
    let mut door = door(app, page, id).await?;
    if door.sealed.holds(visit.0) {
        door.reach = Reach::SealedHere;
        let banner = super::harm(app, id).await?.ok_or(Error::NotFound)?;
        door.banner = banner.under(door.reach);
    }
    Ok(door)
}

/// Nobody works on the own record (rule A7): for pages that have another door than [`door`].
pub async fn not_own(app: &App, page: &Page, id: PatientId) -> Result<(), Error> {
    patients::not_own(app, page.actor()?.account, id).await
}

/// Writes down that somebody read clinical content through the door of the record, and why it stands open: the patient
/// reads the same words (rule A5, PT8).
pub async fn read(
    app: &App,
    page: &Page,
    banner: &Banner,
    (action, kind, id): (&'static str, &'static str, impl Into<Option<i64>>),
) -> Result<(), DbError> {
    let patient = banner.summary.who.patient_id;
    let mut entry = Entry::new(action, kind, id).of_patient(patient.0).with("clinical", true);
    if let Some(reach) = banner.reach.filter(|reach| reach.is_open()) {
        entry = entry.with("why", reach.why());
    }
    audit::opened(app, page, entry).await
}

/// The same for those who come by another door: a station by its own work, patients to what is theirs.
pub async fn read_apart(
    app: &App,
    page: &Page,
    (action, kind, id): (&'static str, &'static str, i64),
    patient: PatientId,
) -> Result<(), DbError> {
    let entry = Entry::new(action, kind, id).of_patient(patient.0).with("clinical", true);
    audit::opened(app, page, entry).await
}

/// The same for a list that tells something of each patient on it.
pub async fn read_list(
    app: &App,
    page: &Page,
    action: &'static str,
    patients: Vec<PatientId>,
) -> Result<(), DbError> {
    let mut entries = Vec::with_capacity(patients.len());
    for patient in patients {
        let entry = Entry::new(action, "patient", patient.0);
        entries.push(entry.of_patient(patient.0).with("clinical", true));
    }
    audit::opened_all(app, page, entries).await
}

/// Writes the opening of a clinical page into the trail.
async fn opened(app: &App, page: &Page, door: &Door, what: &str) -> Result<(), Error> {
    let id = door.banner.summary.who.patient_id;
    Ok(patients::opened(app, page, id, what, door.reach).await?)
}
