//! HTTP of letters.

pub mod check;
pub mod issue;
pub mod mine;
pub mod print;
pub mod referral;
pub mod rules;
pub mod summary;
pub mod verification;
pub mod visit;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::letters::store::visits::{self, Facts};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::record::{self, Door};
use crate::web::{Error, Page};

/// Writes down that somebody read a letter, or the letters of a visit (rule A5).
async fn opened(
    app: &App,
    page: &Page,
    (action, kind, id): (&'static str, &'static str, i64),
    patient: PatientId,
) -> Result<(), Error> {
    let entry = Entry::new(action, kind, id).of_patient(patient.0).with("clinical", true);
    Ok(audit::opened(app, page, entry).await?)
}

/// A visit, with the door of its patient's record.
async fn visit(app: &App, page: &Page, id: VisitId) -> Result<(Facts, Door), Error> {
    let facts = visits::facts(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door(app, page, facts.patient_id).await?;
    Ok((facts, door))
}
