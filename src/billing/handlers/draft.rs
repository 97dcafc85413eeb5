//! Putting a draft together, and issuing it.

use axum::extract::State;
use axum::response::Response;

use super::invoice::load;
use super::{money, optional_money, percent, reason, some_money};
use crate::app::App;
use crate::billing::model::{ChargeKind, DiscountId, DiscountKind, DiscountState, InvoiceId, InvoiceLineId};
use crate::billing::store::discounts::{self, NewDiscount};
use crate::billing::store::{invoices, lines};
use crate::billing::verbs::bill::{self, Own};
use crate::billing::verbs::issue::issue as issue_it;
use crate::billing::views::invoice::LinePage;
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{Answering, refused};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// The page again, with what was typed and what is wrong.
async fn wrong(app: &App, page: Page, id: InvoiceId, form: FormState) -> Answer {
    Ok(refused(html(load(app, page, id, form).await?)?))
}

/// Where a work on an invoice leads: on, or to the page as it stands now with the reason.
pub async fn ends<T>(
    (app, page, id): (&App, Page, InvoiceId),
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
            Ok(conflicting(html(load(app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

fn here(id: InvoiceId, words: &str) -> (String, String) {
    (paths::billing::invoice(id), words.to_owned())
}

/// An own line.
pub async fn add(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let label = form.text("label", "Enter what it is for", 80);
    let quantity = form.number("quantity", 1, 10_000);
    let unit_price =
        money(&mut form, "price", "Enter the price of one in naira, for instance 1500 or 1500.50");
    let kind: Option<ChargeKind> = form.parse("kind", "Choose what it counts as");
    let Some(kind) = kind.filter(|_| form.is_ok()) else { return wrong(&app, page, id, form).await };
    let mut work = submission.begin(&app).await?;
    let result = bill::add(&mut work, id, &Own { label: &label, kind, quantity, unit_price }).await;
    ends((&app, page, id), (work, form), result, |()| here(id, "Line added")).await
}

/// What has arisen since goes onto the draft.
pub async fn add_rest(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut work = submission.begin(&app).await?;
    let result = bill::add_open(&mut work, id).await;
    ends((&app, page, id), (work, submission.form.clone()), result, |_| here(id, "The draft is complete"))
        .await
}

async fn line_page(
    app: &App,
    page: Page,
    id: InvoiceLineId,
    form: Option<FormState>,
) -> Result<LinePage, Error> {
    let line = lines::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let invoice = invoices::by_id(&app.db, line.invoice_id).await?.filter(|one| one.is_draft());
    let invoice = invoice.ok_or(Error::NotFound)?;
    let form = form.unwrap_or_else(|| {
        let surcharge = if line.surcharge.is_zero() { String::new() } else { line.surcharge.typed() };
        FormState::new()
            .with("quantity", line.quantity)
            .with("surcharge", surcharge)
            .with("surcharge_reason", &line.surcharge_reason)
    });
    Ok(LinePage { page, form, line, invoice })
}

/// One line of a draft.
pub async fn line(State(app): State<App>, page: Page, Id(id): Id<InvoiceLineId>) -> Answer {
    html(line_page(&app, page, id, None).await?)
}

/// Changes it.
pub async fn change(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceLineId>,
    submission: Submission,
) -> Answer {
    let line = lines::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let quantity = if line.charge_id.is_none() { form.number("quantity", 1, 10_000) } else { line.quantity };
    let surcharge = optional_money(&mut form, "surcharge").unwrap_or_default();
    let why = form.optional_text("surcharge_reason", LINE);
    if surcharge.is_some() && why.chars().count() < 5 {
        form.refuse("surcharge_reason", "Say what the surcharge is for");
    }
    if !form.is_ok() {
        return Ok(refused(html(line_page(&app, page, id, Some(form)).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let result = bill::change(&mut work, id, quantity, (surcharge, &why)).await;
    ends((&app, page, line.invoice_id), (work, form), result, |draft| here(draft, "Line changed")).await
}

/// Takes it off.
pub async fn remove(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceLineId>,
    submission: Submission,
) -> Answer {
    let mut work = submission.begin(&app).await?;
    // A second press finds it gone, which is what it wanted.
    let invoice = lines::by_id(&app.db, id).await?.ok_or(Error::NotFound)?.invoice_id;
    let result = bill::remove(&mut work, id).await;
    ends((&app, page, invoice), (work, submission.form.clone()), result, |draft| here(draft, "Line removed"))
        .await
}

/// Through the patient's scheme, or without one.
pub async fn cover(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let through = form.chosen("through", "yes");
    let referral = form.optional_text("referral", 40);
    let mut work = submission.begin(&app).await?;
    let result = bill::choose_scheme(&mut work, id, through, &referral).await;
    ends((&app, page, id), (work, form), result, |()| here(id, "Worked out again")).await
}

/// Asks for a discount.
pub async fn propose(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let kind: Option<DiscountKind> = form.parse("discount_kind", "Choose what kind of discount it is");
    let (percent_bp, amount) = match kind {
        Some(DiscountKind::Percent) => {
            let points = percent(&mut form, "worth", 10_000, "Enter a percentage from 0.01 to 100");
            if points == 0 {
                form.refuse("worth", "Enter a percentage from 0.01 to 100");
            }
            (Some(points), None)
        }
        Some(DiscountKind::Fixed) => {
            (None, Some(some_money(&mut form, "worth", "Enter the amount in naira, for instance 500")))
        }
        Some(DiscountKind::Waiver) | None => (None, None),
    };
    let why = reason(&mut form, "discount_reason");
    let Some(kind) = kind.filter(|_| form.is_ok()) else { return wrong(&app, page, id, form).await };
    let mut work = submission.begin(&app).await?;
    let new = NewDiscount { invoice: id, kind, percent_bp, amount, reason: &why };
    let result = bill::propose(&mut work, &new).await;
    ends((&app, page, id), (work, form), result, |_| here(id, "Asked for: somebody else decides")).await
}

/// Takes an own discount back.
pub async fn withdraw(
    State(app): State<App>,
    page: Page,
    Id(id): Id<DiscountId>,
    submission: Submission,
) -> Answer {
    let discount = discounts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    let result = bill::decide(&mut work, &discount, (DiscountState::Withdrawn, None), "").await;
    let invoice = discount.invoice_id;
    ends((&app, page, invoice), (work, submission.form.clone()), result, |()| here(invoice, "Taken back"))
        .await
}

/// Issues it as it was seen, and leads to the payment where something is owed.
pub async fn issue(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let mut work = submission.begin(&app).await?;
    let result = issue_it(&mut work, id, Some(version)).await;
    if let Err(Refused::Because(sentence)) = result {
        work.undo();
        // What stands there now, also where the scheme's limit or a price has changed since.
        bill::work_out_again(&app, page.doer(), id).await?;
        form.refuse("", sentence);
        form.renew();
        return Ok(conflicting(html(load(&app, page, id, form).await?)?));
    }
    ends((&app, page, id), (work, form), result, |issued| {
        let to = match issued.balance().is_some() {
            true => paths::billing::payments(id),
            false => paths::billing::invoice(id),
        };
        (to, format!("{} issued", issued.title()))
    })
    .await
}

/// Gives it up.
pub async fn give_up(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let why = reason(&mut form, "void_reason");
    if !form.is_ok() {
        return wrong(&app, page, id, form).await;
    }
    let mut work = submission.begin(&app).await?;
    let result = bill::give_up(&mut work, id, &why).await;
    ends((&app, page, id), (work, form), result, |draft| {
        let to = draft
            .visit_id
            .map_or_else(|| paths::billing::account(draft.patient_id), paths::billing::of_visit);
        (to, "Draft given up".to_owned())
    })
    .await
}
