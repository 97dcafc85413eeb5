//! A patient's own record: read, taken along, and who opened it (PT6, PT8, rule A10).

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::store;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::patients::model::PatientId;
use crate::record::model::{Cursor, OpeningId};
use crate::record::store::Narrow;
use crate::record::views::{FilePage, MyOpeningsPage, MyRecordPage};
use crate::web::request::Id;
use crate::web::{Answer, Error, Page, Submission, html, paths};

/// Lines on one page.
const PAGE: i64 = 25;
/// Lines of a file: no record is longer.
const ALL: i64 = 10_000;

fn own(page: &Page) -> Result<PatientId, Error> {
    page.actor()?.patient.ok_or(Error::NotFound)
}

async fn read_by_patient(app: &App, page: &Page, id: PatientId, what: &str) -> Result<(), Error> {
    let entry = Entry::new("record.read_by_patient", "record", None).of_patient(id.0).with("page", what);
    Ok(audit::opened(app, page, entry).await?)
}

/// Where the line goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

fn narrow(after: Option<Cursor>) -> Narrow {
    Narrow { after, own: true, ..Narrow::default() }
}

/// The own record in plain words.
pub async fn show(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let id = own(&page)?;
    let summary = store::summary(&app.db, id, true).await?.ok_or(Error::NotFound)?;
    let mut happenings = store::timeline(&app.db, id, &narrow(Cursor::read(&asked.after)), PAGE + 1).await?;
    let more = happenings.len() as i64 > PAGE;
    happenings.truncate(PAGE as usize);
    let older = happenings.last().filter(|_| more);
    let older =
        older.map(|last| format!("{}?after={}", paths::record::MY_RECORD, Cursor::after(last).text()));
    let emergencies = store::unread(&app.db, id).await?;
    read_by_patient(&app, &page, id, "own record").await?;
    html(MyRecordPage { page, summary, happenings, older, emergencies })
}

/// Where the list of openings goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Before {
    before: Option<i64>,
}

/// Who opened the own record, when, in which role and why.
pub async fn openings(State(app): State<App>, page: Page, Query(asked): Query<Before>) -> Answer {
    let id = own(&page)?;
    let mut opened = store::opened_by(&app.db, id, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = opened.len() as i64 > PAGE;
    opened.truncate(PAGE as usize);
    let older = opened.last().filter(|_| more);
    let older = older.map(|last| format!("{}?before={}", paths::record::MY_OPENINGS, last.id));
    html(MyOpeningsPage { page, opened, older })
}

/// "I have read it": the notice of an emergency goes away; the list of openings keeps it.
pub async fn read(
    State(app): State<App>,
    page: Page,
    Id(opening): Id<OpeningId>,
    submission: Submission,
) -> Answer {
    let id = own(&page)?;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !store::see(work.tx(), id, opening, at).await? {
        return Err(Error::NotFound);
    }
    work.audit(Entry::new("record.emergency_seen", "record_opening", opening.0).of_patient(id.0)).await?;
    work.done(paths::record::MY_OPENINGS, "").await
}

async fn whole(app: &App, page: Page, kind: &str) -> Result<FilePage, Error> {
    let id = own(&page)?;
    let summary = store::summary(&app.db, id, true).await?.ok_or(Error::NotFound)?;
    let happenings = store::timeline(&app.db, id, &narrow(None), ALL).await?;
    let diagnoses = crate::diagnoses::shared_with(&app.db, id).await?;
    let procedures = crate::procedures::done_for(&app.db, id).await?;
    let entry = Entry::new("record.downloaded", "record", None).of_patient(id.0).with("file", kind);
    audit::opened(app, &page, entry).await?;
    let prescribed = crate::prescribing::of_patient(&app.db, id, ALL).await?;
    let found = store::found(&app.db, id, page.now).await?;
    let takings = store::takings(&app.db, id).await?;
    Ok(FilePage { page, summary, happenings, diagnoses, procedures, prescribed, found, takings })
}

fn as_file(kind: &'static str, name: &str, mut answer: Response) -> Result<Response, Error> {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    let named = format!("attachment; filename=\"{name}\"");
    headers.insert(header::CONTENT_DISPOSITION, named.parse().map_err(Error::internal)?);
    Ok(answer)
}

/// The own record as one file to read.
pub async fn file(State(app): State<App>, page: Page) -> Answer {
    let page = whole(&app, page, "HTML").await?;
    as_file("text/html; charset=utf-8", "my-health-record.html", html(page)?)
}

/// The own record as one file for other programs: FHIR R4 resources in a collection.
pub async fn json(State(app): State<App>, page: Page) -> Answer {
    let page = whole(&app, page, "JSON").await?;
    let text = serde_json::to_string_pretty(&page.bundle()).map_err(Error::internal)?;
    as_file("application/fhir+json", "my-health-record.json", text.into_response())
}
