//! Receipts: as they were handed out, on 80 mm and A5; every print after the first is a copy.

use axum::extract::{Query, State};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::access::model::Permission;
use crate::app::App;
use crate::audit::Entry;
use crate::billing::model::{Paper, ReceiptId};
use crate::billing::store::payments::{self, Receipt};
use crate::billing::verbs;
use crate::billing::views::pay::{ReceiptPage, ReceiptPrint};
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The first print is the original while it is on its way to the printer.
const ORIGINAL: TimeDelta = TimeDelta::minutes(2);

/// A receipt with its words.
pub async fn find(app: &App, id: ReceiptId) -> Result<(Receipt, Paper), Error> {
    let receipt = payments::receipt(&app.db, id).await?.ok_or(Error::NotFound)?;
    let paper = serde_json::from_str(&receipt.snapshot).map_err(Error::internal)?;
    Ok((receipt, paper))
}

/// What came in.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ReceiptId>) -> Answer {
    let (receipt, paper) = find(&app, id).await?;
    let payments = payments::of_receipt(&app.db, id).await?;
    html(ReceiptPage { page, receipt, paper, payments })
}

/// The size of the paper.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    paper: String,
}

/// Whether what is shown now is a copy: everything but the one print that was just counted as the first. What nobody
/// counted is no original either, or there would be any number of them.
fn is_copy(receipt: &Receipt, page: &Page) -> bool {
    receipt.prints != 1 || receipt.printed_at.is_none_or(|at| page.now - at > ORIGINAL)
}

/// It on paper.
pub async fn paper(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ReceiptId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (receipt, paper) = find(&app, id).await?;
    let copy = is_copy(&receipt, &page);
    let narrow = asked.paper != "a5";
    let counts = page.may(Permission::TakePayments);
    let back = paths::billing::receipt(id);
    html(ReceiptPrint { page, form: FormState::new(), receipt, paper, narrow, copy, back, counts })
}

/// Numbers a print and shows the paper.
pub async fn print(State(app): State<App>, Id(id): Id<ReceiptId>, submission: Submission) -> Answer {
    let receipt = payments::receipt(&app.db, id).await?.ok_or(Error::NotFound)?;
    let size = if submission.form.value("paper") == "a5" { "a5" } else { "80" };
    let mut work = submission.begin(&app).await?;
    let (by, at) = (verbs::doer(&work)?, work.now());
    let number = payments::print(work.tx(), id, by, at).await?;
    let entry = Entry::new("receipt.printed", "receipt", id.0).of_patient(receipt.patient_id.0);
    work.audit(entry.with("print", number)).await?;
    work.done(paths::billing::receipt_at(id, size), "").await
}
