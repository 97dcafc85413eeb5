//! HTTP of procedures.

pub mod kinds;
pub mod options;
pub mod procedure;
pub mod visit;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::web::Page;

/// Writes down that somebody read the procedures of a visit (rule A5).
async fn opened(app: &App, page: &Page, visit: VisitId, patient: PatientId) -> Result<(), DbError> {
    let entry =
        Entry::new("procedures.opened", "visit", visit.0).of_patient(patient.0).with("clinical", true);
    audit::opened(app, page, entry).await
}
