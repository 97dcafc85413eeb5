//! Claims and their batches.

use axum::extract::State;
use axum::response::Response;

use super::{money, reason};
use crate::app::App;
use crate::billing::model::{BatchId, ClaimId, ClaimState, SchemeId};
use crate::billing::store::claims;
use crate::billing::verbs::claim;
use crate::billing::views::claims::{BatchPage, ClaimPage, ClaimsPage};
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{Answering, refused};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

async fn load(app: &App, page: Page, form: FormState) -> Result<ClaimsPage, Error> {
    let sums = claims::sums(&app.db).await?;
    let batches = claims::batches(&app.db).await?;
    let mut short = claims::in_state(&app.db, ClaimState::Part, 100).await?;
    short.extend(claims::in_state(&app.db, ClaimState::Rejected, 100).await?);
    Ok(ClaimsPage { page, form, sums, batches, short })
}

/// What stands with whom.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    html(load(&app, page, FormState::new()).await?)
}

/// Gathers what was not sent.
pub async fn gather(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let scheme: Option<SchemeId> = form.parse("scheme", "Choose a scheme");
    let Some(scheme) = scheme else { return Ok(refused(html(load(&app, page, form).await?)?)) };
    crate::billing::store::schemes::by_id(&app.db, scheme).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    match claim::gather(&mut work, scheme).await {
        Ok((batch, is_full)) => {
            let words = match is_full {
                true => {
                    "The batch is full; what came later waits for the next. Look through the list, then send it"
                }
                false => "Gathered. Look through the list, then send it",
            };
            work.done(paths::billing::batch(batch), words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn load_batch(app: &App, page: Page, id: BatchId, form: FormState) -> Result<BatchPage, Error> {
    let batch = claims::batch(&app.db, id).await?.ok_or(Error::NotFound)?;
    let claims = claims::of_batch(&app.db, id).await?;
    Ok(BatchPage { page, form, batch, claims })
}

/// One batch.
pub async fn batch(State(app): State<App>, page: Page, Id(id): Id<BatchId>) -> Answer {
    html(load_batch(&app, page, id, FormState::new()).await?)
}

/// Sends it.
pub async fn send(State(app): State<App>, page: Page, Id(id): Id<BatchId>, submission: Submission) -> Answer {
    claims::batch(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    match claim::send(&mut work, id).await {
        Ok(()) => work.done(paths::billing::batch(id), "Sent").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            let mut form = submission.form.clone();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load_batch(&app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn load_claim(app: &App, page: Page, id: ClaimId, form: FormState) -> Result<ClaimPage, Error> {
    let claim = claims::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let steps = claims::steps(&app.db, id).await?;
    Ok(ClaimPage { page, form, claim, steps })
}

/// One claim.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ClaimId>) -> Answer {
    html(load_claim(&app, page, id, FormState::new()).await?)
}

async fn ends<T>(
    (app, page, id): (&App, Page, ClaimId),
    (work, mut form): (Answering, FormState),
    result: Result<T, Refused>,
    on: impl FnOnce(T) -> (String, String) + Send,
) -> Result<Response, Error> {
    match result {
        Ok(value) => {
            let (to, words) = on(value);
            work.done(to, &words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load_claim(app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// What the scheme answered.
pub async fn answer(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ClaimId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let paid = money(&mut form, "accepted", "Enter what the scheme pays in naira; 0 if it was rejected");
    let words = form.optional_text("words", LINE);
    if !form.is_ok() {
        return Ok(refused(html(load_claim(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = claim::answer(&mut work, id, version, (paid, &words)).await;
    ends((&app, page, id), (work, form), result, |()| (paths::billing::claim(id), "Written down".to_owned()))
        .await
}

/// Sends it again.
pub async fn resubmit(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ClaimId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let words = reason(&mut form, "again");
    if !form.is_ok() {
        return Ok(refused(html(load_claim(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = claim::resubmit(&mut work, id, version, &words).await;
    ends((&app, page, id), (work, form), result, |()| (paths::billing::claim(id), "Sent again".to_owned()))
        .await
}

/// Corrects an answer that was typed wrongly.
pub async fn correct(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ClaimId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let paid =
        money(&mut form, "in_all", "Enter what the scheme pays in all, in naira; 0 if it was rejected");
    let words = reason(&mut form, "mistake");
    if !form.is_ok() {
        return Ok(refused(html(load_claim(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = claim::correct(&mut work, id, version, (paid, &words)).await;
    ends((&app, page, id), (work, form), result, |()| (paths::billing::claim(id), "Corrected".to_owned()))
        .await
}

/// Closes what the scheme did not pay: the clinic bears it, or the patient is asked.
pub async fn close(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ClaimId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let way = form.value("way").to_owned();
    if !["write_off", "patient"].contains(&way.as_str()) {
        form.refuse("way", "Choose who bears it");
    }
    let words = reason(&mut form, "why");
    if !form.is_ok() {
        return Ok(refused(html(load_claim(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = if way == "patient" {
        claim::to_patient(&mut work, id, version, &words).await.map(paths::billing::invoice)
    } else {
        claim::write_off(&mut work, id, version, &words).await.map(|()| paths::billing::claim(id))
    };
    ends((&app, page, id), (work, form), result, |to| (to, "Closed".to_owned())).await
}
