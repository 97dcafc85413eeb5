//! A patient's own invoices.

use askama::Template;

use crate::billing::model::Money;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::lines::Line;
use crate::billing::store::payments::Payment;
use crate::billing::store::wallets::Entry;
use crate::billing::store::worklist::Uninvoiced;
use crate::web::Page;

/// The list, and the wallet.
#[derive(Debug, Template)]
#[template(path = "billing/my_invoices.html")]
pub struct MyInvoices {
    pub page: Page,
    pub invoices: Vec<Invoice>,
    pub wallet: Money,
    pub entries: Vec<Entry>,
    /// What was done and is on no invoice yet.
    pub left: Vec<Uninvoiced>,
    pub older: Option<String>,
}

impl MyInvoices {
    /// What is still to be paid.
    pub fn owed(&self) -> Money {
        Money(self.invoices.iter().map(|one| one.balance().0.max(0)).sum())
    }
}

impl Invoice {
    /// What the patient is asked for after credits.
    pub fn asked_of_patient(&self) -> Money {
        Money(self.patient_part.0 - self.credited_patient.0)
    }
}

/// One invoice.
#[derive(Debug, Template)]
#[template(path = "billing/my_invoice.html")]
pub struct MyInvoice {
    pub page: Page,
    pub invoice: Invoice,
    pub lines: Vec<Line>,
    pub payments: Vec<Payment>,
}
