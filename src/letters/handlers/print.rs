//! The sheet of a verification. The first print is the original, every later one says that it is a copy.

use axum::extract::State;

use super::verification::find;
use crate::app::App;
use crate::letters::model::VerificationId;
use crate::letters::store::verifications;
use crate::letters::verbs::verification::{self, is_copy};
use crate::letters::views::verification::SheetPage;
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The sheet as it would be printed now.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VerificationId>) -> Answer {
    let (verification, door) = find(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(verification.patient_id)));
    }
    let original = verifications::original(&app.db, id).await?.map(|(at, _)| at);
    let copy = verification.prints > 0 && is_copy(original, verification.prints, page.now);
    record::read(&app, &page, &door.banner, ("verification.opened", "verification", id.0)).await?;
    let address = format!("{}{}", app.config.public_url, paths::letters::checked(&verification.code));
    let short = format!("{}{}", app.config.public_url, paths::letters::CHECK);
    html(SheetPage::new(page, FormState::new(), verification, copy, (&address, short)))
}

/// Numbers a print and shows the sheet.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VerificationId>,
    submission: Submission,
) -> Answer {
    let (verification, door) = find(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(verification.patient_id)));
    }
    let mut work = submission.begin(&app).await?;
    verification::print(&mut work, &verification).await?;
    work.done(paths::letters::print(id), "").await
}
