//! HTTP of the consultation.

pub mod trend;
pub mod vitals;

use crate::app::App;
use crate::patients::{self, PatientId};
use crate::record::{self, Banner};
use crate::web::{Error, Page};

/// Who a page is about, and whether the clinical part of the record is open to who asks. Elsewhere the record asks for
/// the reason, and the page shows who it is and no more.
async fn whom(app: &App, page: &Page, id: PatientId) -> Result<(Banner, bool), Error> {
    let reach = patients::reach(app, page, id).await?;
    let banner = match reach.is_open() {
        true => record::banner(&app.db, id).await?.map(|banner| banner.under(reach)),
        false => record::identity(&app.db, id).await?,
    };
    Ok((banner.ok_or(Error::NotFound)?, reach.is_open()))
}

/// Who a page is about, where the clinical part of the record is open to who asks.
async fn open_to(app: &App, page: &Page, id: PatientId) -> Result<Option<Banner>, Error> {
    let (banner, open) = whom(app, page, id).await?;
    Ok(open.then_some(banner))
}
