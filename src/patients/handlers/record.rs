//! The frame of a record (PT3) and its history (PT4).

use axum::extract::{Query, State};
use serde::Deserialize;

use super::patient_for;
use crate::access::model::Permission;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::patients::model::PatientId;
use crate::patients::store;
use crate::patients::views::{HistoryPage, RecordPage};
use crate::web::request::Id;
use crate::web::{Answer, FormState, Page, html, paths};

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

/// The record. Its opening is in the trail before the page is out.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    render(&app, page, id, FormState::new()).await
}

/// The record with the form that asks for a reason, which may have been refused.
pub async fn render(app: &App, page: Page, id: PatientId, why: FormState) -> Answer {
    let (patient, reach) = patient_for(app, &page, id).await?;
    let happenings = store::timeline(&app.db, id).await?;
    opened(app, &page, id, "record", reach.is_open()).await?;
    html(RecordPage {
        page,
        form: FormState::new(),
        why,
        patient,
        clinical: reach.is_open(),
        reach,
        happenings,
    })
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
        return Err(crate::web::Error::Forbidden("Your account does not include this part of the clinic."));
    }
    let mut traces = store::traces(&app.db, id, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = traces.len() as i64 > PAGE;
    traces.truncate(PAGE as usize);
    let last = traces.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::patients::history(id), last.id));
    let changes = if clinical { store::clinical_changes(&app.db, id).await? } else { Vec::new() };
    opened(&app, &page, id, "history", clinical).await?;
    html(HistoryPage { page, patient, traces, changes, older })
}
