//! The clinic card at the desk: printing it, making a new one (PT5).

use axum::extract::State;

use super::{patient_for, record};
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::{PatientId, card_code};
use crate::patients::qr::Qr;
use crate::patients::store;
use crate::patients::views::CardPage;
use crate::web::request::Id;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The card, ready to print.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    record::opened(&app, &page, id, "card", false).await?;
    let qr = Qr::of(&patient.card_code);
    let back = paths::patients::show(id);
    html(CardPage { page, form: Some(FormState::new()), patient, qr, back })
}

/// A new code: the old card is dead at once.
pub async fn renew(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    store::set_card_code(work.tx(), id, &card_code(rand::random()), at).await?;
    let entry = Entry::new("patient.card_renewed", "patient", id.0).of_patient(id.0);
    work.audit(entry.with("version", patient.version + 1)).await?;
    work.done(paths::patients::card(id), "The new card is ready to print").await
}
