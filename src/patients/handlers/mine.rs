//! A patient's own card and details (PT5, PT6).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::edit::renewed;
use super::{CONFLICT, clinical, edit, fields, meanwhile, record};
use crate::app::App;
use crate::patients::campus::Campus;
use crate::patients::model::Told;
use crate::patients::qr::Qr;
use crate::patients::store::{self, Patient};
use crate::patients::views::{MyCardPage, MyDetailsPage};
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The patient behind the account that asks; there is no other way to these pages.
async fn own(app: &App, page: &Page) -> Result<Patient, Error> {
    let id = page.actor()?.patient.ok_or(Error::NotFound)?;
    store::by_id(&app.db, id, None).await?.ok_or(Error::NotFound)
}

/// The own card.
pub async fn card(State(app): State<App>, page: Page) -> Answer {
    let patient = own(&app, &page).await?;
    let qr = Qr::of(&patient.card_code);
    html(MyCardPage { page, patient, qr })
}

/// The own details.
pub async fn details(State(app): State<App>, page: Page) -> Answer {
    let patient = own(&app, &page).await?;
    record::opened(&app, &page, patient.id, "own details", true).await?;
    let form = fields::fill_contact(FormState::new(), &patient.details)
        .with("version", patient.version)
        .with("allergies_told", &patient.told.allergies_told)
        .with("conditions_told", &patient.told.conditions_told);
    html(MyDetailsPage { page, form, patient, meanwhile: Vec::new() })
}

/// Saves what patients keep themselves: contact, next of kin, allergies and conditions.
pub async fn save(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let patient = own(&app, &page).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let mut details = patient.details.clone();
    fields::contact(&mut form, &mut details);
    let told = Told {
        allergies_told: form.optional_text("allergies_told", clinical::FACT),
        conditions_told: form.optional_text("conditions_told", clinical::FACT),
        ..patient.told.clone()
    };
    if !form.is_ok() {
        return Ok(refused(html(MyDetailsPage { page, form, patient, meanwhile: Vec::new() })?));
    }
    let mut work = submission.begin(&app).await?;
    let mut saved = patient.version == version;
    let mut reached = version;
    if saved && details != patient.details {
        saved = edit::change(&mut work, &patient, version, &details, &Campus::default()).await?;
        reached += 1;
    }
    if saved && clinical::change(&mut work, patient.id, reached, (&patient.told, &told)).await? {
        return work.done(paths::patients::MY_DETAILS, "Your details are saved").await;
    }
    work.undo();
    let others = meanwhile(&app, &page, patient.id, version, true).await?;
    let mut form = FormState::from_pairs(renewed(&form, patient.version));
    form.renew();
    form.refuse("", CONFLICT);
    let answer = html(MyDetailsPage { page, form, patient, meanwhile: others })?;
    Ok((StatusCode::CONFLICT, answer).into_response())
}
