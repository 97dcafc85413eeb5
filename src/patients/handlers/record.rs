//! The frame of a record (PT3) and its history (PT4).

use axum::extract::{Query, State};
use futures::{TryFutureExt, try_join};
use serde::Deserialize;

use super::patient_for;
use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::patients::model::{PatientId, Reach};
use crate::patients::store;
use crate::patients::views::{HistoryPage, RecordPage};
use crate::record::{Banner, Narrow};
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Lines of the timeline on the record; a page of its own has them all.
const HAPPENINGS: i64 = 15;
/// Changes on one page.
const PAGE: i64 = 50;

/// Writes down who opened what of a patient, and whether clinical content was shown (rule A5).
pub async fn opened(
    app: &App,
    page: &Page,
    id: PatientId,
    what: &str,
    clinical: bool,
) -> Result<(), DbError> {
    let action = if what == "card" { "patient.card_opened" } else { "patient.opened" };
    let entry = Entry::new(action, "patient", id.0).of_patient(id.0).with("page", what);
    audit::opened(app, page, entry.with("clinical", clinical)).await
}

/// The same with why it is open: the patient reads it in the own list of openings.
pub async fn opened_as(
    app: &App,
    page: &Page,
    id: PatientId,
    what: &str,
    reach: Reach,
) -> Result<(), DbError> {
    let entry = Entry::new("patient.opened", "patient", id.0).of_patient(id.0).with("page", what);
    audit::opened(app, page, entry.with("clinical", reach.shows_harm()).with("why", reach.why())).await
}

/// The record. Its opening is in the trail before the page is out.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    render(&app, page, id, FormState::new()).await
}

/// The record with the form that asks for a reason, which may have been refused.
pub async fn render(app: &App, page: Page, id: PatientId, why: FormState) -> Answer {
    let (patient, reach) = patient_for(app, &page, id).await?;
    let clinical = reach.is_open();
    let sealed = reach.sealed_visits(&patient.relation());
    let narrow = Narrow { clinical, sealed, ..Narrow::default() };
    let (banner, happenings, ()) = try_join!(
        banner(app, id, reach),
        crate::record::timeline(&app.db, id, &narrow, HAPPENINGS).err_into(),
        opened_as(app, &page, id, "record", reach).err_into(),
    )?;
    let banner = banner.as_heading();
    html(RecordPage { page, form: FormState::new(), why, patient, banner, clinical, reach, happenings })
}

/// The banner with as much of it as the reader may see.
pub async fn banner(app: &App, id: PatientId, reach: Reach) -> Result<Banner, Error> {
    let read = if reach.is_open() {
        crate::record::banner(&app.db, id).await?
    } else if reach.shows_harm() {
        crate::record::harm(app, id).await?
    } else {
        crate::record::identity(&app.db, id).await?
    };
    Ok(read.ok_or(Error::NotFound)?.under(reach))
}

/// Where the history goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// Who changed what. The route is open to all who find patients; the page to those who keep the record.
pub async fn history(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (patient, reach) = patient_for(&app, &page, id).await?;
    let clinical = reach.is_open();
    if !page.may(Permission::OpenRecords) && !page.may(Permission::RegisterPatients) {
        return Err(Error::Forbidden("Your account does not include this part of the clinic."));
    }
    let mut traces = store::traces(&app.db, id, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = traces.len() as i64 > PAGE;
    traces.truncate(PAGE as usize);
    let last = traces.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::patients::history(id), last.id));
    let banner = banner(&app, id, reach).await?;
    opened_as(&app, &page, id, "history", reach).await?;
    html(HistoryPage { page, patient, banner, clinical, traces, older })
}
