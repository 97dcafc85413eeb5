//! Sealing a record, and lifting the seal; for the records officer, who reads nothing of it.

use axum::extract::State;

use super::store;
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::PatientId;
use crate::record::views::{Banner, SealPage};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The page with how the seals stand.
pub(super) async fn shown(app: &App, page: Page, id: PatientId, form: FormState) -> Result<SealPage, Error> {
    super::not_own(app, &page, id).await?;
    let summary = store::summary(&app.db, id, false).await?.ok_or(Error::NotFound)?;
    let seal = store::seal_of(&app.db, id).await?;
    let visits = store::sealed_visits(&app.db, id).await?;
    Ok(SealPage { page, banner: Banner::of(summary), form, seal, visits })
}

/// The form.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    html(shown(&app, page, id, FormState::new()).await?)
}

/// Seals, or lifts the seal: what the form was shown for. If it is so already, that is said.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let reason = form.reason("reason", "Enter the reason", (3, LINE));
    let lifts = form.value("to") == "lifted";
    let (account, name) = (page.actor()?.account, page.name().to_owned());
    let page = shown(&app, page, id, form).await?;
    if !page.form.is_ok() {
        return Ok(refused(html(page)?));
    }
    let mut work = submission.begin(&app).await?;
    let who = (account, name.as_str(), work.now());
    let done = if lifts {
        store::lift(work.tx(), id, &reason, who).await?
    } else {
        match store::insert_seal(work.tx(), id, &reason, who).await {
            Ok(()) => true,
            Err(error) if error.violates("record_seal_patient_id_unique") => false,
            Err(error) => return Err(error.into()),
        }
    };
    if !done {
        return Err(Error::Conflict(
            "Somebody else was first. Open the page again to see how it stands.".into(),
        ));
    }
    let (action, flash) = if lifts {
        ("record.unsealed", "The seal is lifted")
    } else {
        ("record.sealed", "The record is sealed")
    };
    work.audit(Entry::new(action, "record_seal", None).of_patient(id.0).with("reason", reason)).await?;
    work.done(paths::patients::show(id), flash).await
}
