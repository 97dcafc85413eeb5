//! The vital signs of a patient over time.

use axum::extract::{Query, State};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::app::App;
use crate::consultation::model::VitalsId;
use crate::consultation::store::vitals as store;
use crate::consultation::views::TrendPage;
use crate::patients::{self, PatientId};
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Page, html, paths};

/// Takings of one page.
const PAGE: i64 = 30;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// A curve for each sign, and the table.
pub async fn index(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let door = record::door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let before = VitalsId(asked.before.unwrap_or(i64::MAX));
    let mut takings =
        store::of_patient(&app.db, door.whose(), (before, page.now + TimeDelta::days(366)), PAGE + 1).await?;
    let more = takings.len() as i64 > PAGE;
    takings.truncate(PAGE as usize);
    let older = takings
        .last()
        .filter(|_| more)
        .map(|last| format!("{}?before={}", paths::consultation::trend(id), last.id));
    patients::opened(&app, &page, id, "vitals", door.reach).await?;
    html(TrendPage { page, banner: door.banner, takings, older })
}
