//! One batch: where it lies, holds and recalls, who received it, its expiry.

use axum::extract::State;

use super::fields::expiry;
use crate::app::App;
use crate::stock::model::{BatchId, BatchMove};
use crate::stock::store::{batches, items, ledger, lists};
use crate::stock::verbs::states;
use crate::stock::views::batch::BatchPage;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// The page of a batch with an empty form.
pub(super) async fn load(app: &App, page: Page, id: BatchId) -> Result<BatchPage, Error> {
    let batch = batches::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let item = items::by_id(&app.db, batch.item_id).await?.ok_or(Error::NotFound)?;
    let levels = lists::of_batch(&app.db, id).await?;
    let events = batches::events(&app.db, id).await?;
    let mut out = Vec::new();
    if batch.recalled_at.is_some() {
        out = ledger::gone(&app.db, id).await?;
    }
    Ok(BatchPage { page, form: FormState::new(), batch, item, levels, events, out })
}

/// The batch.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<BatchId>) -> Answer {
    html(load(&app, page, id).await?)
}

/// The page as it stands now, with what was typed.
async fn again(app: &App, page: Page, id: BatchId, (mut form, sentence): (FormState, String)) -> Answer {
    form.refuse("", sentence);
    form.renew();
    let mut shown = load(app, page, id).await?;
    shown.form = form;
    Ok(conflicting(html(shown)?))
}

/// Puts it on hold, recalls it, or takes that back.
pub async fn turn(State(app): State<App>, page: Page, Id(id): Id<BatchId>, submission: Submission) -> Answer {
    let batch = batches::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let made = form.parse::<BatchMove>("made", "Choose what is done");
    let version = form.number("version", 1, i64::MAX);
    let reason = form.text("reason", "Enter the reason", 200);
    if form.is_ok() && reason.chars().count() < 3 {
        form.refuse("reason", "Enter the reason in a few words");
    }
    let (Some(made), true) = (made, form.is_ok()) else {
        let mut shown = load(&app, page, id).await?;
        shown.form = form;
        return Ok(refused(html(shown)?));
    };
    let mut work = submission.begin(&app).await?;
    match states::turn(&mut work, &batch, version, made, &reason).await {
        Ok(()) => {
            let said = format!("Batch {}: {}", batch.number, made.label().to_lowercase());
            work.done(paths::stock::batch(id), &said).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            again(&app, page, id, (form, sentence)).await
        }
        Err(why) => Err(why.into()),
    }
}

/// Corrects the expiry.
pub async fn correct_expiry(
    State(app): State<App>,
    page: Page,
    Id(id): Id<BatchId>,
    submission: Submission,
) -> Answer {
    let batch = batches::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let day = expiry(&mut form, "expiry");
    let why = form.text("why", "Enter how it was found", 200);
    if form.is_ok() && why.chars().count() < 3 {
        form.refuse("why", "Enter how it was found in a few words");
    }
    let (Some(day), true) = (day, form.is_ok()) else {
        let mut shown = load(&app, page, id).await?;
        shown.form = form;
        return Ok(refused(html(shown)?));
    };
    let mut work = submission.begin(&app).await?;
    match states::correct_expiry(&mut work, &batch, version, (day, &why)).await {
        Ok(rests) => {
            let rest = if rests { ". It is on hold until somebody else has read the pack" } else { "" };
            work.done(paths::stock::batch(id), &format!("Expiry corrected{rest}")).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            again(&app, page, id, (form, sentence)).await
        }
        Err(why) => Err(why.into()),
    }
}
