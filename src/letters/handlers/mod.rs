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
use crate::letters::store::visits::{self, Facts};
use crate::queue::model::VisitId;
use crate::record::{self, Door};
use crate::web::{Error, Page};

/// A visit, with the door of its patient's record.
async fn visit(app: &App, page: &Page, id: VisitId) -> Result<(Facts, Door), Error> {
    let facts = visits::facts(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, page, facts.patient_id, id).await?;
    Ok((facts, door))
}
