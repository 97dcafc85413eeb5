//! Giving money back, and taking a slip back.

use axum::extract::State;

use super::{reason, some_money};
use crate::app::App;
use crate::billing::model::{Method, Money, PaymentId, RefundId};
use crate::billing::store::{invoices, payments, refunds, settings};
use crate::billing::verbs::pay;
use crate::billing::verbs::refund::{self, Went};
use crate::billing::views::invoice::{RefundPage, RefundPrint};
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

async fn load(app: &App, page: Page, id: PaymentId, mut form: FormState) -> Result<RefundPage, Error> {
    let payment = payments::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let limit = settings::get(&app.db).await?.refund_limit;
    let owed_back = match payment.invoice_id {
        Some(invoice) => invoices::by_id(&app.db, invoice).await?.map_or(Money::ZERO, |one| one.owed_back()),
        None => Money::ZERO,
    };
    // Two forms stand on the page: what one of them did not send stands as it was.
    if form.sent("amount").is_none() {
        let amount =
            if owed_back.is_zero() { payment.refundable() } else { owed_back.min(payment.refundable()) };
        form.set("amount", amount.typed());
        form.set("method", payment.method.as_str());
    }
    Ok(RefundPage { page, form, payment, owed_back, limit })
}

/// What of a payment goes back.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<PaymentId>) -> Answer {
    html(load(&app, page, id, FormState::new()).await?)
}

fn back_to(shown: &RefundPage) -> String {
    let receipt = || paths::billing::receipt(shown.payment.receipt_id);
    shown.payment.invoice_id.map_or_else(receipt, paths::billing::invoice)
}

/// Gives it back, or asks a second person above the limit.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PaymentId>,
    submission: Submission,
) -> Answer {
    let shown = load(&app, page, id, submission.form.clone()).await?;
    let mut form = submission.form.clone();
    let amount = some_money(&mut form, "amount", "Enter what goes back in naira, for instance 500");
    if amount > shown.payment.refundable() {
        form.refuse("amount", format!("At most {} of this payment can go back", shown.payment.refundable()));
    }
    let method: Option<Method> = form.parse("method", "Choose how it goes back");
    let why = reason(&mut form, "reason");
    if method == Some(Method::Wallet) && shown.payment.invoice_id.is_none() {
        form.refuse("method", "It lies in the wallet already. Choose another way");
    }
    let Some(method) = method.filter(|_| form.is_ok()) else {
        return Ok(refused(html(RefundPage { form, ..shown })?));
    };
    let mut work = submission.begin(&app).await?;
    match refund::propose(&mut work, &shown.payment, (amount, method), &why).await {
        Ok(Went::Out(_)) => {
            let words = if method == Method::Wallet { "put into the wallet" } else { "given back" };
            work.done(back_to(&shown), &format!("{amount} {words}")).await
        }
        Ok(Went::Waits(_)) => {
            work.done(back_to(&shown), &format!("{amount} wait for the approval of somebody else")).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, shown.page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// What was given back, on paper, to be signed by whoever received it.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<RefundId>) -> Answer {
    let refund = refunds::by_id(&app.db, id).await?.filter(|one| one.code().is_some());
    let refund = refund.ok_or(Error::NotFound)?;
    let payment = payments::by_id(&app.db, refund.payment_id).await?.ok_or(Error::NotFound)?;
    html(RefundPrint { page, refund, payment })
}

/// Takes a payment back that was written down wrongly.
pub async fn reverse(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PaymentId>,
    submission: Submission,
) -> Answer {
    let shown = load(&app, page, id, submission.form.clone()).await?;
    let mut form = shown.form.clone();
    let why = reason(&mut form, "mistake");
    if !form.is_ok() {
        return Ok(refused(html(RefundPage { form, ..shown })?));
    }
    let mut work = submission.begin(&app).await?;
    match pay::reverse(&mut work, id, &why).await {
        Ok(payment) => work.done(back_to(&shown), &format!("{} taken back", payment.amount)).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, shown.page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}
