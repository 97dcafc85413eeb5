//! Visits that the day closed by itself: somebody looks what became of each (rule Q13).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::audit::Entry;
use crate::queue::model::VisitId;
use crate::queue::store::unsettled::{self as store, Unsettled};
use crate::queue::views::unsettled::UnsettledPage;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Visits on one page.
const PAGE: usize = 25;
/// Longest note.
const NOTE: usize = 200;

/// Where the page before ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

impl Asked {
    fn address(&self) -> String {
        format!("{}?after={}", paths::queue::UNSETTLED, paths::encoded(&self.after))
    }

    fn cursor(&self) -> (NaiveDate, VisitId) {
        let read =
            self.after.split_once('_').and_then(|(day, id)| Some((day.parse().ok()?, id.parse().ok()?)));
        // SQLite compares days as text: years of more than four digits would stand in the wrong order.
        let begin = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
        read.filter(|(day, _): &(NaiveDate, VisitId)| *day >= begin).unwrap_or((begin, VisitId(0)))
    }
}

async fn load(app: &App, page: Page, asked: &Asked, form: FormState) -> Result<UnsettledPage, Error> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut visits = store::after(&app.db, asked.cursor(), limit).await?;
    let more = visits.len() > PAGE;
    visits.truncate(PAGE);
    let next = |last: &Unsettled| Asked { after: format!("{}_{}", last.day, last.id) }.address();
    let more = visits.last().filter(|_| more).map(next);
    Ok(UnsettledPage { page, form, visits, after: asked.after.clone(), more, notice: None })
}

/// The worklist, the oldest first.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    html(load(&app, page, &asked, FormState::new()).await?)
}

/// Marks one as seen to, with what was done.
pub async fn settle(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let patient = store::patient_of(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let asked = Asked { after: form.value("after").to_owned() };
    let note = form.text(&format!("note-{id}"), "Enter what became of the visit", NOTE);
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, &asked, form).await?)?));
    }
    let who = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if store::settle(work.tx(), id, who, &note, at).await? {
        work.audit(Entry::new("visit.seen_to", "visit", id.0).of_patient(patient.0).with("note", note))
            .await?;
        let to = if asked.after.is_empty() { paths::queue::UNSETTLED.to_owned() } else { asked.address() };
        return work.done(to, "Seen to").await;
    }
    work.undo();
    let mut list = load(&app, page, &asked, form).await?;
    list.notice = Some("A colleague has seen to this visit. Here are the others.".to_owned());
    Ok((StatusCode::CONFLICT, html(list)?).into_response())
}
