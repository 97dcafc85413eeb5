//! Emergencies and their reviews, for the records officer: who opened whose record, why, and what was found about it.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::store;
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::FEWEST;
use crate::record::model::{OpeningId, Verdict};
use crate::record::views::{ReviewPage, ReviewsPage};
use crate::web::form::TEXT;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Emergencies on one page.
const PAGE: i64 = 25;

/// Where the lists go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: Option<i64>,
    before: Option<i64>,
}

/// What waits, the oldest first, and what was found before.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let mut waiting = store::to_review(&app.db, asked.after.unwrap_or(0), PAGE + 1).await?;
    let mut done = store::emergencies(&app.db, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = |there: usize| there as i64 > PAGE;
    let (later, older) = (more(waiting.len()), more(done.len()));
    waiting.truncate(PAGE as usize);
    done.truncate(PAGE as usize);
    let to = |name: &str, id: OpeningId| format!("{}?{name}={id}", paths::record::REVIEWS);
    let later = waiting.last().filter(|_| later).map(|last| to("after", last.id));
    let older = done.last().filter(|_| older).map(|last| to("before", last.id));
    html(ReviewsPage { page, waiting, done, later, older })
}

/// One emergency, with what its reader opened meanwhile.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<OpeningId>) -> Answer {
    html(shown(&app, page, id, FormState::new()).await?)
}

async fn shown(app: &App, page: Page, id: OpeningId, form: FormState) -> Result<ReviewPage, Error> {
    let emergency = store::emergency(&app.db, id).await?.ok_or(Error::NotFound)?;
    let opened = store::opened_during(&app.db, &emergency).await?;
    let own = page.actor()?.account == emergency.account_id;
    Ok(ReviewPage { page, form, emergency, opened, own })
}

/// Keeps what was found. Nobody reviews the own emergency.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<OpeningId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let verdict = form.parse::<Verdict>("verdict", "Choose what you found");
    let words = form.reason("words", "Say in a few words why", (FEWEST, TEXT / 8));
    let page = shown(&app, page, id, form).await?;
    if page.own {
        return Err(Error::Forbidden("This is your own emergency. A colleague reviews it."));
    }
    let Some(verdict) = verdict.filter(|_| page.form.is_ok()) else {
        return Ok(refused(html(page)?));
    };
    let actor = page.page.actor()?;
    let (account, name, patient) = (actor.account, actor.name.clone(), page.emergency.patient_id);
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !store::insert_review(work.tx(), id, (verdict, &words), (account, &name, at)).await? {
        return Err(Error::Conflict(
            "It was reviewed meanwhile. Open it again to see what was found.".into(),
        ));
    }
    let entry = Entry::new("record.emergency_reviewed", "record_opening", id.0).of_patient(patient.0);
    work.audit(entry.with("verdict", verdict.label()).with("words", words)).await?;
    work.done(paths::record::REVIEWS, "Review kept").await
}
