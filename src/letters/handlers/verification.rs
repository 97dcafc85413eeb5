//! One verification: the patient's word about checks, the revocation.

use axum::extract::State;

use crate::app::App;
use crate::letters::model::VerificationId;
use crate::letters::store::verifications::{self, Verification};
use crate::letters::verbs::verification;
use crate::letters::views::verification::VerificationPage;
use crate::record::{self, Door};
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Checks that are listed.
pub const CHECKS: i64 = 50;

/// A verification, with the door of its patient's record.
pub async fn find(app: &App, page: &Page, id: VerificationId) -> Result<(Verification, Door), Error> {
    let verification = verifications::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, page, verification.patient_id, verification.visit_id).await?;
    Ok((verification, door))
}

async fn load(app: &App, page: Page, id: VerificationId) -> Result<(VerificationPage, Door), Error> {
    let (verification, door) = find(app, &page, id).await?;
    let (banner, closed) = (door.banner.clone(), door.closed());
    let form = FormState::new();
    Ok((VerificationPage { page, banner, form, verification, closed }, door))
}

/// What it says, whether it may be checked, how often it was.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VerificationId>) -> Answer {
    let (shown, door) = load(&app, page, id).await?;
    let patient = shown.verification.patient_id;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    record::read(&app, &shown.page, &shown.banner, ("verification.opened", "verification", id.0)).await?;
    html(shown)
}

/// The patient's word as told to the doctor.
pub async fn consent(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VerificationId>,
    submission: Submission,
) -> Answer {
    let (mut shown, door) = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let given = match form.value("consent") {
        "yes" => true,
        "no" => false,
        _ => {
            form.refuse("consent", "Choose what the patient said");
            false
        }
    };
    if !door.lets(&mut form) || !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    verification::consent(&mut work, &shown.verification, (given, false)).await?;
    let words = if given { "Others may check it now" } else { "Nobody may check it any more" };
    work.done(paths::letters::verification(id), words).await
}

/// Revokes it, with the reason.
pub async fn revoke(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VerificationId>,
    submission: Submission,
) -> Answer {
    let (mut shown, door) = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.reason("reason", "Enter the reason", (5, LINE));
    if !door.lets(&mut form) || !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    match verification::revoke(&mut work, &shown.verification, &reason).await {
        Ok(()) => work.done(paths::letters::verification(id), "Revoked").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            let (mut now, _) = load(&app, shown.page, id).await?;
            form.refuse("", sentence);
            form.renew();
            now.form = form;
            Ok(conflicting(html(now)?))
        }
        Err(why) => Err(why.into()),
    }
}
