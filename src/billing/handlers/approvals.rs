//! What one person asked for and another one decides.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::billing::model::{DiscountId, DiscountState, Money, RefundId, RefundState, ShiftId};
use crate::billing::store::{discounts, refunds, shifts};
use crate::billing::verbs::{bill, refund, shift};
use crate::billing::views::worklist::ApprovalsPage;
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{Answering, refused};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

async fn load(app: &App, page: Page, form: FormState) -> Result<ApprovalsPage, Error> {
    let discounts = discounts::proposed(&app.db).await?;
    let refunds = refunds::open(&app.db).await?;
    let shifts = shifts::unchecked(&app.db).await?;
    Ok(ApprovalsPage { page, form, discounts, refunds, shifts })
}

/// Everything that waits.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    html(load(&app, page, FormState::new()).await?)
}

async fn ends<T>(
    (app, page): (&App, Page),
    (work, mut form): (Answering, FormState),
    result: Result<T, Refused>,
    words: &str,
) -> Result<Response, Error> {
    match result {
        Ok(_) => work.done(paths::billing::APPROVALS, words).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(app, page, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Approves or declines a discount.
pub async fn discount(
    State(app): State<App>,
    page: Page,
    Id(id): Id<DiscountId>,
    submission: Submission,
) -> Answer {
    let discount = discounts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let note = form.optional_text("note", LINE);
    let seen = form.value("gross").parse().ok().map(Money);
    let (to, words) = match form.value("to") {
        "approved" => (DiscountState::Approved, "Approved"),
        "declined" => (DiscountState::Declined, "Declined"),
        _ => {
            form.refuse("", "Approve it or decline it");
            return Ok(refused(html(load(&app, page, form).await?)?));
        }
    };
    let mut work = submission.begin(&app).await?;
    let result = bill::decide(&mut work, &discount, (to, seen), &note).await;
    ends((&app, page), (work, form), result, words).await
}

/// Approves or declines a refund.
pub async fn refund(
    State(app): State<App>,
    page: Page,
    Id(id): Id<RefundId>,
    submission: Submission,
) -> Answer {
    refunds::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let note = form.optional_text("note", LINE);
    let (to, words) = match form.value("to") {
        "approved" => (RefundState::Approved, "Approved: the cashier pays it out"),
        "declined" => (RefundState::Declined, "Declined"),
        _ => {
            form.refuse("", "Approve it or decline it");
            return Ok(refused(html(load(&app, page, form).await?)?));
        }
    };
    let mut work = submission.begin(&app).await?;
    let result = refund::decide(&mut work, id, to, &note).await;
    ends((&app, page), (work, form), result, words).await
}

/// Pays an approved refund out.
pub async fn pay_out(
    State(app): State<App>,
    page: Page,
    Id(id): Id<RefundId>,
    submission: Submission,
) -> Answer {
    let refund = refunds::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    match refund::pay_out(&mut work, id).await {
        Ok(paid) => {
            let to = refund
                .invoice_id
                .map_or_else(|| paths::billing::APPROVALS.to_owned(), paths::billing::invoice);
            work.done(to, &format!("{} paid out", paid.amount)).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            let mut form = submission.form.clone();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// A second person has looked at a difference.
pub async fn shift(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ShiftId>,
    submission: Submission,
) -> Answer {
    shifts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let note = form.optional_text("note", LINE);
    let mut work = submission.begin(&app).await?;
    let result = shift::check(&mut work, id, &note).await;
    ends((&app, page), (work, form), result, "Noted that you looked at it").await
}
