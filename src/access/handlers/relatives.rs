//! Relatives of staff: an administrator says whose records a member of staff does not open at work (rule A7).

use axum::extract::State;

use super::staff::{render_with, staff_account};
use crate::access::model::AccountId;
use crate::access::store::relatives;
use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::patients::{self, PatientId};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, paths};

/// Closes the record of a relative to the account, at once.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    let typed = form.text("relative", "Enter the clinic, matric or staff number of the relative", 60);
    let found = match patients::find_by_code(&app.db, &typed).await? {
        Some(patient) => patients::brief(&app.db, patient).await?,
        None => None,
    };
    if form.is_ok() && found.is_none() {
        form.refuse("relative", "No patient has this number. Check it");
    }
    if found.as_ref().is_some_and(|found| account.own_record_id == Some(found.id)) {
        form.refuse("relative", "This is the person's own record, which is closed already");
    }
    let Some(found) = found.filter(|_| form.is_ok()) else {
        return Ok(refused(render_with(&app, page, account, FormState::new(), form).await?));
    };
    let by = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if relatives::add(work.tx(), id, found.id, by, at).await? {
        work.audit(entry("account.relative_added", id, found.id, &found.number)).await?;
        work.tell(Topic::Account(id.0));
    }
    work.done(paths::access::staff(id), "The record of this relative is closed to the person at work").await
}

/// Opens it again. Nobody does so for themselves.
pub async fn remove(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AccountId>,
    submission: Submission,
) -> Answer {
    let account = staff_account(&app, id).await?;
    let mut form = submission.form.clone();
    let patient: Option<PatientId> = form.parse("patient", "Open the page again");
    let known = relatives::of(&app.db, id).await?;
    let relative = known.into_iter().find(|one| Some(one.patient_id) == patient);
    if page.actor()?.account == id {
        form.refuse("", "Another administrator takes your own relatives from the list");
    }
    if !form.is_ok() {
        return Ok(refused(render_with(&app, page, account, FormState::new(), form).await?));
    }
    let patient = patient.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    if relatives::remove(work.tx(), id, patient).await? {
        let number = relative.map(|one| one.number).unwrap_or_default();
        work.audit(entry("account.relative_removed", id, patient, &number)).await?;
        work.tell(Topic::Account(id.0));
    }
    work.done(paths::access::staff(id), "The person may treat this patient again").await
}

fn entry(action: &'static str, account: AccountId, patient: PatientId, number: &str) -> Entry {
    Entry::new(action, "account", account.0).of_patient(patient.0).with("number", number)
}
