//! A patient's own results.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::laboratory::model::{ResultId, VersionState};
use crate::laboratory::store::{lines, results, reviews};
use crate::laboratory::views::mine::{MyResultPage, MyResultsPage};
use crate::patients::model::SealedVisits;
use crate::record;
use crate::web::request::Id;
use crate::web::{Answer, Error, Page, html, paths};

/// Results of one page.
const PAGE: i64 = 25;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// The list. It names what may be read and nothing else.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let before = asked.before.unwrap_or(i64::MAX);
    let mut results = reviews::mine(&app.db, patient, page.now, before, PAGE + 1).await?;
    let more = results.len() as i64 > PAGE;
    results.truncate(PAGE as usize);
    let last = results.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::laboratory::MY_RESULTS, last.result_id));
    record::read_apart(&app, &page, ("lab.own_results_opened", "patient", patient.0), patient).await?;
    html(MyResultsPage { page, results, older })
}

/// One result. An old version shows the one that holds, and what it said before. What is checked again shows nothing.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ResultId>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let found = reviews::my_line(&app.db, patient, id, page.now).await?;
    let (line, readable) = found.ok_or(Error::NotFound)?;
    let line = lines::by_id(&app.db, line).await?.ok_or(Error::NotFound)?;
    let versions = results::of_line(&app.db, line.id).await?;
    let version = versions.iter().find(|version| version.state == VersionState::Current).cloned();
    let version = version.ok_or(Error::NotFound)?;
    let mut all = results::values_of_test(&app.db, (patient, &SealedVisits::default()), line.test_id).await?;
    // Another result of the same test may have been kept for a talk: only this one's values are shown.
    all.retain(|value| value.line_id == line.id);
    record::read_apart(&app, &page, ("lab.own_result_opened", "lab_result", version.id.0), patient).await?;
    if !readable || version.void {
        all.clear();
    }
    html(MyResultPage { page, line, version, versions, all, readable })
}
