//! HTTP of the consultation.

pub mod trend;
pub mod vitals;

use crate::app::App;
use crate::patients::{self, Brief, PatientId};
use crate::web::{Error, Page};

/// The patient, and whether the clinical part of the record is open to who asks. Elsewhere the record asks for the reason.
async fn whom(app: &App, page: &Page, id: PatientId) -> Result<(Brief, bool), Error> {
    let (brief, reach) = patients::brief_and_reach(app, page, id).await?;
    Ok((brief, reach.is_open()))
}

/// The patient, where the clinical part of the record is open to who asks.
async fn open_to(app: &App, page: &Page, id: PatientId) -> Result<Option<Brief>, Error> {
    let (brief, open) = whom(app, page, id).await?;
    Ok(open.then_some(brief))
}
