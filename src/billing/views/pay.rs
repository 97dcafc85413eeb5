//! Taking money, and receipts.

use askama::Template;

use crate::access::second::{self, Colleague};
use crate::billing::model::{Method, Money, Paper};
use crate::billing::store::invoices::Invoice;
use crate::billing::store::payments::{Payment, Receipt};
use crate::billing::store::shifts::Shift;
use crate::web::{FormState, Page};

/// Taking a payment.
#[derive(Debug, Template)]
#[template(path = "billing/pay.html")]
pub struct PayPage {
    pub page: Page,
    pub form: FormState,
    pub invoice: Invoice,
    pub wallet: Money,
    pub shift: Option<Shift>,
}

impl PayPage {
    /// Methods with a reference: their fields and words.
    pub fn machines(&self) -> Vec<(&'static str, String, &'static str)> {
        let with = Method::ALL.iter().filter(|method| method.has_reference());
        with.map(|method| (method.as_str(), format!("{}_reference", method.as_str()), method.label()))
            .collect()
    }

    /// What becomes of more than is owed.
    pub fn overs(&self) -> Vec<(&'static str, &'static str)> {
        vec![("change", "Give it back as change"), ("wallet", "Keep it in the wallet")]
    }
}

/// A receipt as it was handed out.
#[derive(Debug, Template)]
#[template(path = "billing/receipt.html")]
pub struct ReceiptPage {
    pub page: Page,
    pub receipt: Receipt,
    pub paper: Paper,
    pub payments: Vec<Payment>,
}

/// A receipt on paper.
#[derive(Debug, Template)]
#[template(path = "billing/receipt_print.html")]
pub struct ReceiptPrint {
    pub page: Page,
    pub form: FormState,
    pub receipt: Receipt,
    pub paper: Paper,
    /// 80 mm, or A5.
    pub narrow: bool,
    /// Every print after the first says so.
    pub copy: bool,
    /// Where it leads back.
    pub back: String,
    /// Whether the person's prints are counted.
    pub counts: bool,
}

/// Money into or out of a wallet.
#[derive(Debug, Template)]
#[template(path = "billing/wallet.html")]
pub struct WalletPage {
    pub page: Page,
    pub form: FormState,
    pub who: crate::patients::Brief,
    pub balance: Money,
    pub entries: Vec<crate::billing::store::wallets::Entry>,
    pub shift: Option<Shift>,
    /// More than this is paid out now in the sight of a second person.
    pub limit: Money,
    /// Who that can be.
    pub colleagues: Vec<Colleague>,
}

impl WalletPage {
    /// Who can see money leave, as choices.
    pub fn seconds(&self) -> Vec<(String, String)> {
        second::choices(&self.colleagues)
    }

    /// How money comes in.
    pub fn methods(&self) -> Vec<(&'static str, &'static str)> {
        let all: Vec<Method> =
            Method::ALL.iter().copied().filter(|method| *method != Method::Wallet).collect();
        super::pairs(&all, |one| (one.as_str(), one.label()))
    }
}
