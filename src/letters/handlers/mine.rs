//! A patient's own letters.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::verification::CHECKS;
use crate::app::App;
use crate::letters::model::VerificationId;
use crate::letters::store::verifications::{self, Verification};
use crate::letters::verbs::verification;
use crate::letters::views::mine::{MyLetterPage, MyLettersPage};
use crate::record;
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Letters of one page.
const PAGE: i64 = 25;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// The list.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let before = asked.before.unwrap_or(i64::MAX);
    let mut all = verifications::of_patient(&app.db, patient, before, PAGE + 1).await?;
    let more = all.len() as i64 > PAGE;
    all.truncate(PAGE as usize);
    let last = all.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::letters::MY_LETTERS, last.id));
    record::read_apart(&app, &page, ("letters.own_opened", "patient", patient.0), patient).await?;
    html(MyLettersPage { page, all, older })
}

/// The own one of this id; somebody else's is not there.
async fn own(app: &App, page: &Page, id: VerificationId) -> Result<Verification, Error> {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let verification = verifications::by_id(&app.db, id).await?;
    verification.filter(|one| one.patient_id == patient).ok_or(Error::NotFound)
}

/// One: what it says, who may check it, when it was checked.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VerificationId>) -> Answer {
    let verification = own(&app, &page, id).await?;
    let checks = verifications::checks(&app.db, id, CHECKS).await?;
    let patient = verification.patient_id;
    record::read_apart(&app, &page, ("letters.own_opened", "verification", id.0), patient).await?;
    let address = format!("{}{}", app.config.public_url, paths::letters::checked(&verification.code));
    html(MyLetterPage::new(page, FormState::new(), verification, checks, &address))
}

/// Others may check it.
pub async fn agree(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VerificationId>,
    submission: Submission,
) -> Answer {
    say(&app, &page, id, &submission, true).await
}

/// Nobody may check it any more; it holds at once.
pub async fn withdraw(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VerificationId>,
    submission: Submission,
) -> Answer {
    say(&app, &page, id, &submission, false).await
}

async fn say(app: &App, page: &Page, id: VerificationId, submission: &Submission, given: bool) -> Answer {
    let verification = own(app, page, id).await?;
    let mut work = submission.begin(app).await?;
    verification::consent(&mut work, &verification, (given, true)).await?;
    let words = if given { "Others can check it now" } else { "Nobody can check it any more" };
    work.done(paths::letters::my_letter(id), words).await
}
