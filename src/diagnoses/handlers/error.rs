//! Marking a diagnosis as entered in error. It stays readable.

use axum::extract::State;

use super::READ;
use crate::app::App;
use crate::diagnoses::model::{DiagnosisId, State as Stands};
use crate::diagnoses::store::diagnoses::{self, Diagnosis};
use crate::diagnoses::verbs;
use crate::diagnoses::views::ErrorPage;
use crate::record::{self, Door};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn find(app: &App, page: &Page, id: DiagnosisId) -> Result<(Diagnosis, Door), Error> {
    let diagnosis = diagnoses::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, page, diagnosis.patient_id, diagnosis.visit_id).await?;
    Ok((diagnosis, door))
}

/// The form.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<DiagnosisId>) -> Answer {
    let (diagnosis, door) = find(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(diagnosis.patient_id)));
    }
    record::read(&app, &page, &door.banner, READ).await?;
    html(ErrorPage { page, banner: door.banner, form: FormState::new(), diagnosis, closed: false })
}

/// Marks it, with the reason.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<DiagnosisId>,
    submission: Submission,
) -> Answer {
    let (diagnosis, door) = find(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.reason("reason", "Enter the reason", (5, LINE));
    if diagnosis.state != Stands::Signed && !door.closed() {
        form.refuse("", "This was marked as entered in error already");
    }
    if !door.lets(&mut form) || !form.is_ok() {
        let closed = door.closed();
        return Ok(refused(html(ErrorPage { page, banner: door.banner, form, diagnosis, closed })?));
    }
    let mut work = submission.begin(&app).await?;
    verbs::enter_in_error(&mut work, &diagnosis, &reason).await?;
    work.done(paths::diagnoses::of_patient(diagnosis.patient_id), "Marked as entered in error").await
}
