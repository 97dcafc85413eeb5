//! Corrections of the stock, and what waits for a second person.

use axum::extract::State;

use super::batch::load;
use crate::app::App;
use crate::stock::model::{AdjustmentId, BatchId, Reason, StoreId};
use crate::stock::store::adjustments;
use crate::stock::verbs::adjust::{self, Correction};
use crate::stock::views::moving::CorrectionsPage;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Most units of one correction.
const MOST: i64 = 1_000_000;

/// Corrects how much of a batch is there.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<BatchId>,
    submission: Submission,
) -> Answer {
    let mut shown = load(&app, page, id).await?;
    let mut form = submission.form.clone();
    let store = form.parse::<StoreId>("store", "Choose the store");
    let reason = form.parse::<Reason>("what", "Choose what happened");
    let quantity = form.number("quantity", 1, MOST);
    let note = form.text("note", "Say what was seen", 300);
    if form.error("note").is_none() && note.chars().count() < 3 {
        form.refuse("note", "Say in a few words what was seen");
    }
    let known = |store: &StoreId| shown.levels.iter().any(|level| level.store_id == *store);
    if store.is_some() && !store.as_ref().is_some_and(known) {
        form.refuse("store", "This batch never lay there. Choose another store");
    }
    let (Some(store), Some(reason), true) = (store, reason, form.is_ok()) else {
        shown.form = form;
        return Ok(refused(html(shown)?));
    };
    let mut work = submission.begin(&app).await?;
    let what = Correction { batch: id, store, quantity, reason, note: &note };
    match adjust::correct(&mut work, &what).await {
        Ok(true) => work.done(paths::stock::CORRECTIONS, "It waits for a second person").await,
        Ok(false) => work.done(paths::stock::batch(id), "Corrected").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("quantity", sentence);
            form.renew();
            let mut now = load(&app, shown.page, id).await?;
            now.form = form;
            Ok(conflicting(html(now)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// What waits for a second person, and the latest others.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let all = adjustments::all(&app.db).await?;
    html(CorrectionsPage { page, form: FormState::new(), all, about: None })
}

/// A second person agrees or refuses.
pub async fn decide(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AdjustmentId>,
    submission: Submission,
) -> Answer {
    let one = adjustments::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let agrees = form.chosen("decision", "agree");
    let words = form.optional_text("words", 200);
    if !agrees && !form.chosen("decision", "refuse") {
        form.refuse("decision", "Agree or refuse");
    } else if !agrees && words.chars().count() < 3 {
        form.refuse("words", "Say why it is refused");
    }
    if !form.is_ok() {
        let all = adjustments::all(&app.db).await?;
        return Ok(refused(html(CorrectionsPage { page, form, all, about: Some(id) })?));
    }
    let mut work = submission.begin(&app).await?;
    match adjust::decide(&mut work, &one, agrees, &words).await {
        Ok(()) => {
            work.done(paths::stock::CORRECTIONS, if agrees { "Agreed and booked" } else { "Refused" }).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            let all = adjustments::all(&app.db).await?;
            Ok(conflicting(html(CorrectionsPage { page, form, all, about: Some(id) })?))
        }
        Err(why) => Err(why.into()),
    }
}
