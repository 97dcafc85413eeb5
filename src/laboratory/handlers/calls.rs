//! Calling about a critical result.

use axum::extract::State;

use crate::app::App;
use crate::laboratory::model::ResultId;
use crate::laboratory::store::{lines, results, reviews};
use crate::laboratory::verbs::call_back::{Told, call};
use crate::laboratory::views::Who;
use crate::laboratory::views::sample::CallPage;
use crate::patients::model::SealedVisits;
use crate::record;
use crate::web::conflict::{conflicting, sentence};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn load(app: &App, page: Page, id: ResultId, form: Option<FormState>) -> Result<CallPage, Error> {
    let line = lines::of_result(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(app, &page, line.patient_id).await?;
    let values =
        results::values_of_test(&app.db, (line.patient_id, &SealedVisits::default()), line.test_id).await?;
    let values =
        values.into_iter().filter(|value| value.result_id == id && value.flag.is_critical()).collect();
    let (reviewer, calls) = reviews::calls(&app.db, id).await?;
    let who = Who::of_line(&page, &line);
    // Whoever ordered may have handed it over, or left. What somebody typed stays, also nothing.
    let form = form.unwrap_or_else(|| FormState::new().with("told", reviewer).with("means", "phone"));
    Ok(CallPage { page, form, line, who, values, calls, notice: None })
}

/// The form, beside the calls so far.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<ResultId>) -> Answer {
    let shown = load(&app, page, id, None).await?;
    record::read_apart(&app, &shown.page, ("lab.call_opened", "lab_result", id.0), shown.line.patient_id)
        .await?;
    html(shown)
}

/// Notes the call.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ResultId>,
    submission: Submission,
) -> Answer {
    let line = lines::of_result(&app.db, id).await?.ok_or(Error::NotFound)?;
    record::not_own(&app, &page, line.patient_id).await?;
    let mut form = submission.form.clone();
    let told = form.text("told", "Enter who was called", LINE);
    let means = form.value("means").to_owned();
    if !["phone", "in_person"].contains(&means.as_str()) {
        form.refuse("means", "Choose how you called");
    }
    let outcome = form.value("outcome").to_owned();
    if !["reached", "not_reached"].contains(&outcome.as_str()) {
        form.refuse("outcome", "Say whether the value was read back to you");
    }
    if told.chars().count() == 1 {
        form.refuse("told", "Enter the name of who was called");
    }
    let note = form.optional_text("note", LINE);
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, id, Some(form)).await?)?));
    }
    let reached = outcome == "reached";
    let mut work = submission.begin(&app).await?;
    let made = Told { told: &told, means: &means, reached, read_back: reached, note: &note };
    match call(&mut work, id, &made).await {
        Ok(true) => work.done(paths::laboratory::WORKLIST, "Call noted. The result counts as released").await,
        Ok(false) => work.done(paths::laboratory::call(id), "Noted. Try again, or call somebody else").await,
        Err(why) => {
            work.undo();
            let why = sentence(why)?;
            form.renew();
            let mut shown = load(&app, page, id, Some(form)).await?;
            shown.notice = Some(why);
            Ok(conflicting(html(shown)?))
        }
    }
}
