//! Booking by the patient: the details of a place that is kept, another reason for it, and the yes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::book::{Chosen, GONE, WORDS, lost, online_reasons};
use super::me;
use crate::app::App;
use crate::scheduling::model::{AppointmentId, AppointmentState, ReasonId};
use crate::scheduling::store::appointments;
use crate::scheduling::verbs::{self, Refusal};
use crate::scheduling::views::book::{CheckPage, MeanwhilePage, ReasonPage};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// What a kept place was chosen with, for going back.
fn chosen_of(row: &appointments::AppointmentRow) -> Chosen {
    Chosen { reason: row.reason_id.to_string(), ..Chosen::default() }
}

/// A place is no longer kept: the same patient chose another time since, in another tab perhaps, or its minutes are over.
async fn gone(app: &App, page: Page, row: &appointments::AppointmentRow, why: Refusal) -> Answer {
    if matches!(why, Refusal::HoldOver)
        && let Some(newer) = appointments::chosen_after(&app.db, row.patient_id, row.id, page.now).await?
    {
        let answer = html(MeanwhilePage { page, newer })?;
        return Ok((StatusCode::CONFLICT, answer).into_response());
    }
    lost(app, page, row.slot_id, &chosen_of(row), why).await
}

/// The details before the yes.
pub async fn check(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let patient = me(&page)?;
    let row = appointments::by_id(&app.db, id).await?.filter(|row| row.patient_id == patient);
    let row = row.ok_or(Error::NotFound)?;
    match row.state {
        AppointmentState::Hold if row.held_until.is_some_and(|until| until > page.now) => {
            let query = chosen_of(&row).query();
            let day = format!("{}?{query}", paths::scheduling::BOOK_DAY);
            let time =
                format!("{}?{query}&day={}", paths::scheduling::BOOK_TIME, page.clinic.day_of(row.starts_at));
            html(CheckPage { page, form: FormState::new(), row, day, time })
        }
        AppointmentState::Hold => gone(&app, page, &row, Refusal::HoldOver).await,
        AppointmentState::Cancelled if row.ended_by.as_deref() == Some("system") => {
            gone(&app, page, &row, Refusal::HoldOver).await
        }
        AppointmentState::Booked
        | AppointmentState::Arrived
        | AppointmentState::InService
        | AppointmentState::Fulfilled
        | AppointmentState::Cancelled
        | AppointmentState::NoShow
        | AppointmentState::Rescheduled
        | AppointmentState::EnteredInError => Ok(see_other(&paths::scheduling::mine(id))),
    }
}

/// Another reason for the place that is kept, and the own words; leads straight back to the details.
pub async fn edit_reason(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let patient = me(&page)?;
    let row = appointments::by_id(&app.db, id).await?.filter(|row| row.patient_id == patient);
    let row = row.ok_or(Error::NotFound)?;
    if row.state != AppointmentState::Hold {
        // Its page says what became of it.
        return Ok(see_other(&paths::scheduling::book_check(id)));
    }
    let reasons = online_reasons(&app).await?;
    let action = paths::scheduling::of(paths::scheduling::BOOK_REASON, id);
    let form = chosen_of(&row).form().with("words", &row.complaint);
    html(ReasonPage { page, form, reasons, action, keeps: true })
}

/// Saves another reason and the own words.
pub async fn update_reason(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let patient = me(&page)?;
    let mut form = submission.form.clone();
    let reason = form.parse::<ReasonId>("reason", "Choose why you want to be seen");
    let words = form.optional_text("words", WORDS);
    let reasons = online_reasons(&app).await?;
    if reason.is_some_and(|id| reasons.iter().all(|one| one.id != id)) {
        form.refuse("reason", GONE);
    }
    if let (Some(reason), true) = (reason, form.is_ok()) {
        let mut work = submission.begin(&app).await?;
        match verbs::change_hold(&mut work, patient, id, reason, &words).await {
            Ok(()) => return work.done(paths::scheduling::book_check(id), "").await,
            Err(Refusal::TooShort(minutes)) => {
                work.undo();
                form.refuse("reason", Refusal::TooShort(minutes).to_string());
            }
            Err(Refusal::HoldOver) => {
                work.undo();
                return Ok(see_other(&paths::scheduling::book_check(id)));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let action = paths::scheduling::of(paths::scheduling::BOOK_REASON, id);
    Ok(refused(html(ReasonPage { page, form, reasons, action, keeps: true })?))
}

/// Books what is kept.
pub async fn confirm(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let patient = me(&page)?;
    let mut work = submission.begin(&app).await?;
    match verbs::confirm(&mut work, patient, id).await {
        Ok(()) => work.done(paths::scheduling::mine(id), "").await,
        Err(refusal) => {
            work.undo();
            let row = appointments::by_id(&app.db, id).await?.filter(|row| row.patient_id == patient);
            let row = row.ok_or(Error::NotFound)?;
            gone(&app, page, &row, refusal).await
        }
    }
}
