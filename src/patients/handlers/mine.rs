//! A patient's own card and details (PT5, PT6).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::edit::renewed;
use super::{CONFLICT, clinical, edit, fields, meanwhile, record};
use crate::app::App;
use crate::patients::campus::Campus;
use crate::patients::model::{PatientId, Told};
use crate::patients::qr::Qr;
use crate::patients::store::{self, Patient};
use crate::patients::views::{MyCardPage, MyDetailsPage};
use crate::scheduling;
use crate::scheduling::model::AppointmentId;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The patient behind the account that asks; there is no other way to these pages.
async fn own(app: &App, page: &Page) -> Result<Patient, Error> {
    let id = page.actor()?.patient.ok_or(Error::NotFound)?;
    store::by_id(&app.db, id, None).await?.ok_or(Error::NotFound)
}

/// Where somebody came from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    booking: String,
}

/// The booking that is being made, from which somebody came to change the phone number. Anybody else's does not exist.
async fn booking(app: &App, patient: PatientId, typed: &str) -> Result<Option<AppointmentId>, Error> {
    let Ok(id) = typed.parse::<AppointmentId>() else { return Ok(None) };
    Ok(scheduling::is_being_booked(&app.db, patient, id).await?.then_some(id))
}

/// The own card.
pub async fn card(State(app): State<App>, page: Page) -> Answer {
    let patient = own(&app, &page).await?;
    let qr = Qr::of(&patient.card_code);
    html(MyCardPage { page, patient, qr })
}

/// The own details.
pub async fn details(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = own(&app, &page).await?;
    let booking = booking(&app, patient.id, &asked.booking).await?;
    record::opened(&app, &page, patient.id, "own details", true).await?;
    let form = fields::fill_contact(FormState::new(), &patient.details)
        .with("version", patient.version)
        .with("allergies_told", &patient.told.allergies_told)
        .with("conditions_told", &patient.told.conditions_told);
    html(MyDetailsPage { page, form, patient, booking, meanwhile: Vec::new() })
}

/// Saves what patients keep themselves: contact, next of kin, allergies and conditions.
pub async fn save(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let patient = own(&app, &page).await?;
    let mut form = submission.form.clone();
    let booking = booking(&app, patient.id, form.value("booking")).await?;
    let version = form.number("version", 1, i64::MAX);
    let mut details = patient.details.clone();
    fields::contact(&mut form, &mut details);
    let told = Told {
        allergies_told: form.optional_text("allergies_told", clinical::FACT),
        conditions_told: form.optional_text("conditions_told", clinical::FACT),
        ..patient.told.clone()
    };
    if !form.is_ok() {
        return Ok(refused(html(MyDetailsPage { page, form, patient, booking, meanwhile: Vec::new() })?));
    }
    let mut work = submission.begin(&app).await?;
    let mut saved = patient.version == version;
    let mut reached = version;
    if saved && details != patient.details {
        saved = edit::change(&mut work, &patient, version, &details, &Campus::default()).await?;
        reached += 1;
    }
    if saved && clinical::change(&mut work, patient.id, reached, (&patient.told, &told)).await? {
        let back = booking.map_or(paths::patients::MY_DETAILS.to_owned(), paths::scheduling::book_check);
        return work.done(back, "Your details are saved").await;
    }
    work.undo();
    let others = meanwhile(&app, &page, patient.id, version, true).await?;
    let mut form = FormState::from_pairs(renewed(&form, patient.version));
    form.renew();
    form.refuse("", CONFLICT);
    let answer = html(MyDetailsPage { page, form, patient, booking, meanwhile: others })?;
    Ok((StatusCode::CONFLICT, answer).into_response())
}
