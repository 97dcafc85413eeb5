//! HTTP of the laboratory.

pub mod bench;
pub mod calls;
pub mod catalogue;
pub mod collect;
pub mod correct;
pub mod entry;
pub mod fields;
pub mod health;
pub mod mine;
pub mod order;
pub mod results;
pub mod worklist;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::laboratory::verbs::Refused;
use crate::patients::model::PatientId;
use crate::web::{Error, Page};

/// Writes down that somebody read laboratory content of a patient (rule A5).
async fn opened(
    app: &App,
    page: &Page,
    (action, kind, id): (&'static str, &'static str, i64),
    patient: PatientId,
) -> Result<(), DbError> {
    let entry = Entry::new(action, kind, id).of_patient(patient.0).with("clinical", true);
    audit::opened(app, page, entry).await
}

/// The sentence of a refusal, to be shown on the page as it stands now; anything else is an error.
fn sentence(refused: Refused) -> Result<String, Error> {
    match refused {
        Refused::Because(sentence) => Ok(sentence),
        Refused::NotFound | Refused::Db(_) => Err(refused.into()),
    }
}
