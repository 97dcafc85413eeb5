//! The letters of a visit.

use axum::extract::State;

use crate::app::App;
use crate::letters::store::{referrals, verifications};
use crate::letters::verbs::verification::hindrance;
use crate::letters::views::verification::LettersPage;
use crate::queue::model::VisitId;
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Page, html, paths};

/// What was written in this visit, and what may be written.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let (facts, door) = super::visit(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(facts.patient_id)));
    }
    let verifications = verifications::of_visit(&app.db, id).await?;
    let referrals = referrals::of_visit(&app.db, id).await?;
    record::read(&app, &page, &door.banner, ("letters.opened", "visit", id.0)).await?;
    let hindrance = hindrance(&facts);
    html(LettersPage { page, banner: door.banner, facts, verifications, referrals, hindrance })
}
