//! Taking payments.

use axum::extract::State;

use super::{machine_reference, optional_money};
use crate::app::App;
use crate::billing::model::{InvoiceId, Method, Money};
use crate::billing::store::{invoices, shifts, wallets};
use crate::billing::verbs::pay::{self, Divided, Given, Over};
use crate::billing::views::pay::PayPage;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

async fn load(app: &App, page: Page, id: InvoiceId, form: FormState) -> Result<PayPage, Error> {
    let invoice = invoices::by_id(&app.db, id).await?.filter(|one| one.is_issued()).ok_or(Error::NotFound)?;
    let wallet = wallets::balance(&app.db, invoice.patient_id).await?;
    let shift = shifts::open_of(&app.db, page.actor()?.account).await?;
    Ok(PayPage { page, form, invoice, wallet, shift })
}

/// What is owed, and how it is given.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<InvoiceId>) -> Answer {
    html(load(&app, page, id, FormState::new().with("over", "change")).await?)
}

/// What was typed, by method.
fn given(form: &mut FormState) -> Vec<Given> {
    let mut all = Vec::new();
    for method in Method::ALL {
        let Some(amount) = optional_money(form, method.as_str()).filter(|amount| amount.is_some()) else {
            continue;
        };
        let field = format!("{}_reference", method.as_str());
        let reference = if method.has_reference() { machine_reference(form, &field) } else { String::new() };
        all.push(Given { method: *method, amount, reference });
    }
    all
}

/// Nobody is handed so much too much by intention: asked about once (a slip of the keys, or the wrong field).
const MUCH: Money = Money(2_000_000);

/// What is far more than is owed is taken when the same figures come a second time.
fn ask_whether_it_is_right(form: &mut FormState, divided: &Divided) {
    let kept: i64 = divided.parts.iter().filter(|part| part.to_wallet).map(|part| part.amount.0).sum();
    let more = Money(divided.change.0.saturating_add(kept));
    let figures: Vec<&str> = Method::ALL.iter().map(|method| form.value(method.as_str()).trim()).collect();
    let figures = figures.join("/");
    if more >= MUCH && form.value("sure") != figures {
        form.set("sure", figures);
        form.refuse(
            "cash",
            format!("This is {more} more than is owed. Look at the figures; if they are right, press again"),
        );
    }
}

/// Takes a payment and leads to its receipt.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<InvoiceId>,
    submission: Submission,
) -> Answer {
    let shown = load(&app, page, id, submission.form.clone()).await?;
    let mut form = submission.form.clone();
    let given = given(&mut form);
    let over = if form.value("over") == "wallet" { Over::Wallet } else { Over::Change };
    if given.is_empty() && form.is_ok() {
        form.refuse("cash", "Enter what the patient gives");
    }
    if form.is_ok() && shown.invoice.balance().is_some() {
        match pay::divide(shown.invoice.balance(), &given, over) {
            Err(sentence) => form.refuse("cash", sentence),
            Ok(divided) => ask_whether_it_is_right(&mut form, &divided),
        }
    }
    if !form.is_ok() {
        return Ok(refused(html(PayPage { form, ..shown })?));
    }
    let mut work = submission.begin(&app).await?;
    match pay::pay(&mut work, id, &given, over).await {
        Ok(receipt) => work.done(paths::billing::receipt(receipt), "").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, shown.page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}
