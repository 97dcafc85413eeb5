//! What the clinic and a patient owe each other.

use askama::Template;

use crate::billing::model::Money;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::payments::Receipt;
use crate::billing::store::schemes::Enrolment;
use crate::billing::store::worklist::Uninvoiced;
use crate::patients::Brief;
use crate::web::{FormState, Page};

/// A patient's invoices, receipts and wallet.
#[derive(Debug, Template)]
#[template(path = "billing/account.html")]
pub struct AccountPage {
    pub page: Page,
    pub form: FormState,
    pub who: Brief,
    pub invoices: Vec<Invoice>,
    pub receipts: Vec<Receipt>,
    pub wallet: Money,
    pub place: Option<Enrolment>,
    /// What is on no invoice yet.
    pub left: Vec<Uninvoiced>,
    /// Where older invoices are.
    pub older: Option<String>,
}

impl AccountPage {
    /// What the patient owes on the invoices shown.
    pub fn owed(&self) -> Money {
        let owed = |one: &Invoice| if one.is_issued() { one.balance().0.max(0) } else { 0 };
        Money(self.invoices.iter().map(owed).sum())
    }
}
