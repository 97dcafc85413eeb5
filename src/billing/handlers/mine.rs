//! A patient's own invoices, payments and wallet. Somebody else's do not exist.

use axum::extract::{Query, State};

use super::account::Asked;
use super::receipt::find;
use crate::app::App;
use crate::billing::model::{InvoiceId, ReceiptId};
use crate::billing::store::{invoices, lines, payments, wallets, worklist};
use crate::billing::views::mine::{MyInvoice, MyInvoices};
use crate::billing::views::pay::ReceiptPrint;
use crate::patients::PatientId;
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Invoices of one page.
const PAGE: i64 = 20;

fn own(page: &Page) -> Result<PatientId, Error> {
    page.actor()?.patient.ok_or(Error::NotFound)
}

/// The list.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = own(&page)?;
    let mut all = invoices::issued_of(&app.db, patient, asked.before(), PAGE + 1).await?;
    let more = all.len() > PAGE as usize;
    all.truncate(PAGE as usize);
    let older =
        all.last().filter(|_| more).map(|last| format!("{}?before={}", paths::billing::MY_INVOICES, last.id));
    let wallet = wallets::balance(&app.db, patient).await?;
    let entries = wallets::entries(&app.db, patient, 10).await?;
    let left = worklist::left_of(&app.db, patient).await?;
    html(MyInvoices { page, invoices: all, wallet, entries, left, older })
}

/// One invoice.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<InvoiceId>) -> Answer {
    let patient = own(&page)?;
    let found = invoices::by_id(&app.db, id).await?;
    let invoice = found.filter(|one| one.patient_id == patient && one.is_issued()).ok_or(Error::NotFound)?;
    let lines = lines::of_invoice(&app.db, id).await?;
    let payments = payments::of_invoice(&app.db, id).await?;
    html(MyInvoice { page, invoice, lines, payments })
}

/// One receipt, marked as a copy: the original was handed out.
pub async fn receipt(State(app): State<App>, page: Page, Id(id): Id<ReceiptId>) -> Answer {
    let patient = own(&page)?;
    let (receipt, paper) = find(&app, id).await?;
    if receipt.patient_id != patient {
        return Err(Error::NotFound);
    }
    let back =
        receipt.invoice_id.map_or_else(|| paths::billing::MY_INVOICES.to_owned(), paths::billing::my_invoice);
    html(ReceiptPrint {
        page,
        form: FormState::new(),
        receipt,
        paper,
        narrow: false,
        copy: true,
        back,
        counts: false,
    })
}
