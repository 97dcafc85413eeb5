//! A patient's account and wallet.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::{machine_reference, some_money};
use crate::access::model::{AccountId, Role};
use crate::access::second;
use crate::app::App;
use crate::billing::model::{Method, Money};
use crate::billing::store::refunds::{self, Unseen};
use crate::billing::store::{invoices, payments, schemes, shifts, wallets, worklist};
use crate::billing::verbs::pay::{self, Given};
use crate::billing::verbs::{bill, refund};
use crate::billing::views::account::AccountPage;
use crate::billing::views::pay::WalletPage;
use crate::patients::PatientId;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Who can see much money leave a wallet.
const WITNESSES: [Role; 3] = [Role::Cashier, Role::Admin, Role::Admin];
/// Invoices of one page.
const PAGE: i64 = 30;

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

impl Asked {
    /// The id before which the list goes on.
    pub fn before(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }
}

/// Invoices, receipts, wallet.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let who = crate::patients::brief(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut invoices = invoices::of_patient(&app.db, id, asked.before(), PAGE + 1).await?;
    let more = invoices.len() > PAGE as usize;
    invoices.truncate(PAGE as usize);
    let last = invoices.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::billing::account(id), last.id));
    let receipts = payments::receipts_of(&app.db, id, PAGE).await?;
    let wallet = wallets::balance(&app.db, id).await?;
    let place = schemes::live_of(&app.db, id).await?;
    let left = worklist::left_of(&app.db, id).await?;
    html(AccountPage { page, form: FormState::new(), who, invoices, receipts, wallet, place, left, older })
}

/// Begins an invoice by hand.
pub async fn begin(State(app): State<App>, Id(id): Id<PatientId>, submission: Submission) -> Answer {
    crate::patients::brief(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    let draft = bill::begin(&mut work, (None, id), None).await?;
    work.done(paths::billing::invoice(draft), "").await
}

/// What went out to the patient today in nobody's sight.
async fn unseen(app: &App, page: &Page, id: PatientId) -> Result<Unseen, Error> {
    Ok(refunds::unseen(&app.db, id, page.clinic.start_of(page.today())).await?)
}

async fn load(app: &App, page: Page, id: PatientId, form: FormState) -> Result<WalletPage, Error> {
    let who = crate::patients::brief(&app.db, id).await?.ok_or(Error::NotFound)?;
    let entries = wallets::entries(&app.db, id, 50).await?;
    let balance = entries.first().map_or(Money::ZERO, |newest| newest.balance);
    let me = page.actor()?.account;
    let shift = shifts::open_of(&app.db, me).await?;
    let unseen = unseen(app, &page, id).await?;
    let colleagues = if unseen.takes_second(balance) {
        second::colleagues(&app.db, me, WITNESSES).await?
    } else {
        Vec::new()
    };
    let limit = unseen.left();
    Ok(WalletPage { page, form, who, balance, entries, shift, limit, colleagues })
}

/// What lies there and what moved.
pub async fn wallet(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    html(load(&app, page, id, FormState::new().with("method", "cash")).await?)
}

/// Who sees so much leave, where the rule asks for somebody.
async fn witness(
    app: &App,
    page: &Page,
    (id, amount): (PatientId, Money),
    form: &mut FormState,
) -> Result<Option<(AccountId, String)>, Error> {
    let me = page.actor()?.account;
    if shifts::open_of(&app.db, me).await?.is_none() {
        return Ok(None);
    }
    let unseen = unseen(app, page, id).await?;
    if !unseen.takes_second(amount) || amount > wallets::balance(&app.db, id).await? {
        return Ok(None);
    }
    let limit = unseen.refund_limit;
    let nobody = format!("More than {limit} is paid out in the sight of a second person. Choose who sees it");
    let all = second::colleagues(&app.db, me, WITNESSES).await?;
    second::sees(app, page, &all, form, &nobody).await
}

/// Takes money into it, or pays it out.
pub async fn move_money(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    crate::patients::brief(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let out = form.value("step") == "out";
    let amount = some_money(&mut form, "amount", "Enter the amount in naira, for instance 2000");
    let method: Option<Method> =
        if out { Some(Method::Cash) } else { form.parse("method", "Choose how it comes in") };
    if method == Some(Method::Wallet) {
        form.refuse("method", "Choose how it comes in");
    }
    let reference = match method.filter(|method| method.has_reference()) {
        Some(_) => machine_reference(&mut form, "reference"),
        None => String::new(),
    };
    let second =
        if out && form.is_ok() { witness(&app, &page, (id, amount), &mut form).await? } else { None };
    let Some(method) = method.filter(|_| form.is_ok()) else {
        return Ok(refused(html(load(&app, page, id, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let result = if out {
        let gone = refund::empty_wallet(&mut work, id, amount, second.as_ref()).await;
        gone.map(|()| (paths::billing::wallet(id), format!("{amount} paid out")))
    } else {
        let taken = pay::top_up(&mut work, id, &Given { method, amount, reference }).await;
        taken.map(|receipt| (paths::billing::receipt(receipt), format!("{amount} taken into the wallet")))
    };
    match result {
        Ok((to, words)) => work.done(to, &words).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}
