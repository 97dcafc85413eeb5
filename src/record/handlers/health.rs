//! What holds now; that no allergy is known; who wrote what.

use axum::extract::{Query, State};
use chrono::DateTime;
use serde::Deserialize;

use super::{Door, door, opened};
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::PatientId;
use crate::record::store;
use crate::record::views::{ChangesPage, HealthPage};
use crate::web::form::{LINE, TEXT};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Versions on one page.
const PAGE: i64 = 50;

/// Everything that holds now. Where it is closed, the record asks for the reason first.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let door = door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    opened(&app, &page, &door, "health").await?;
    html(HealthPage { page, banner: door.banner, form: FormState::new() })
}

fn again(page: Page, door: Door, form: FormState) -> Answer {
    Ok(refused(html(HealthPage { page, banner: door.banner, form })?))
}

/// States that no allergy is known. The table refuses it while one holds.
pub async fn state_none(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    if !door.lets(&mut form) {
        return again(page, door, form);
    }
    let told = form.optional_text("told_seen", TEXT);
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_none(work.tx(), id, None, (&doer, at)).await {
        Ok(_) => {}
        Err(error) if error.violates("allergy_none_known") => {
            work.undo();
            form.refuse("", "An allergy is recorded. End it first, or leave it as it is");
            form.renew();
            let door = self::door(&app, &page, id).await?;
            return again(page, door, form);
        }
        Err(error) => return Err(error.into()),
    }
    if !told.is_empty() {
        store::answer_told(work.tx(), id, &told, (&doer, at)).await?;
    }
    work.audit(Entry::new("allergies.none_stated", "allergy", None).of_patient(id.0)).await?;
    work.done(paths::record::health(id), "No known allergies: recorded").await
}

/// Takes "no known allergies" back, with a reason: the question is open again.
pub async fn withdraw_none(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.reason("none_reason", "Say why it no longer holds", (3, LINE));
    if !door.lets(&mut form) || !form.is_ok() {
        return again(page, door, form);
    }
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    if !store::insert_none(work.tx(), id, Some(&reason), (&doer, at)).await? {
        return Err(Error::Conflict(
            "It was taken back already. Open the page again to see how it stands.".into(),
        ));
    }
    work.audit(Entry::new("allergies.none_withdrawn", "allergy", None).of_patient(id.0)).await?;
    work.done(paths::record::health(id), "Taken back").await
}

/// A told text has been dealt with: the banner no longer shows it.
pub async fn answer_told(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let told = form.text("told_seen", "Open the page again", TEXT);
    if !door.lets(&mut form) || !form.is_ok() {
        return again(page, door, form);
    }
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    store::answer_told(work.tx(), id, &told, (&doer, at)).await?;
    work.audit(Entry::new("allergies.told_answered", "allergy", None).of_patient(id.0)).await?;
    work.done(paths::record::health(id), "Noted: what was told is dealt with").await
}

/// Where the history goes on: `1762675200000000-allergy-17`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

/// Who wrote what, newest first.
pub async fn changes(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let door = door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let mut versions = store::changes(&app.db, id, cursor(&asked.before), PAGE + 1).await?;
    let more = versions.len() as i64 > PAGE;
    versions.truncate(PAGE as usize);
    let older = versions.last().filter(|_| more).map(|last| {
        let micros = last.at.timestamp_micros();
        format!("{}?before={micros}-{}-{}", paths::record::changes(id), last.part, last.id)
    });
    opened(&app, &page, &door, "health history").await?;
    html(ChangesPage { page, banner: door.banner, versions, older })
}

/// A place in the history; nonsense is its beginning.
fn cursor(text: &str) -> Option<(DateTime<chrono::Utc>, &str, i64)> {
    let mut parts = text.splitn(3, '-');
    let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    Some((at, parts.next()?, parts.next()?.parse().ok()?))
}
