//! HTTP of diagnoses.

pub mod error;
pub mod index;
pub mod options;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::web::Page;

/// Writes down that somebody read the diagnoses of a patient (rule A5).
async fn opened(app: &App, page: &Page, patient: PatientId) -> Result<(), DbError> {
    let entry = Entry::new("diagnoses.opened", "record", None).of_patient(patient.0).with("clinical", true);
    audit::opened(app, page, entry).await
}
