//! An invoice: the draft that is put together, what was issued, its paper.

use askama::Template;

use super::takes;
use crate::access::model::AccountId;
use crate::billing::model::{ChargeKind, DiscountKind, DiscountState, Method, Money, RefundState, percent};
use crate::billing::store::claims::Claim;
use crate::billing::store::credits::{CreditNote, NoteLine};
use crate::billing::store::discounts::Discount;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::lines::Line;
use crate::billing::store::payments::Payment;
use crate::billing::store::refunds::Refund;
use crate::billing::store::schemes::Enrolment;
use crate::web::{FormState, Page};

/// One invoice with everything that hangs on it.
#[derive(Debug, Template)]
#[template(path = "billing/invoice.html")]
pub struct InvoicePage {
    pub page: Page,
    pub form: FormState,
    pub invoice: Invoice,
    pub lines: Vec<Line>,
    pub discounts: Vec<Discount>,
    /// The patient's scheme now, for a draft.
    pub place: Option<Enrolment>,
    /// What arose since, for a draft.
    pub waiting: usize,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    pub credits: Vec<CreditNote>,
    pub claim: Option<Claim>,
}

impl InvoicePage {
    /// Kinds of own lines.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        super::pairs(ChargeKind::ALL, |one| (one.as_str(), one.label()))
    }

    /// Kinds of discounts.
    pub fn discount_kinds(&self) -> Vec<(&'static str, &'static str)> {
        super::pairs(DiscountKind::ALL, |one| (one.as_str(), one.label()))
    }

    /// Whether a discount waits, so that the draft cannot be issued.
    pub fn waits(&self) -> bool {
        self.discounts.iter().any(Discount::is_open)
    }

    /// What on it was taken back, or done in another number: off a draft it goes, of an invoice it is credited.
    pub fn wrong(&self) -> Vec<&Line> {
        let is_draft = self.invoice.is_draft();
        let wrong = |line: &&Line| if is_draft { line.is_changed() } else { line.is_wrong() };
        self.lines.iter().filter(wrong).collect()
    }

    /// Whether anything of it may still be credited.
    pub fn remains(&self) -> bool {
        self.lines.iter().any(|line| line.remaining().is_some())
    }

    fn me(&self) -> Option<AccountId> {
        self.page.actor.as_ref().map(|actor| actor.account)
    }

    /// Whether the person asked for it.
    pub fn is_mine(&self, by: &AccountId) -> bool {
        self.me() == Some(*by)
    }

    /// Whether the person may take a payment back as a mistake.
    pub fn may_reverse(&self, payment: &Payment) -> bool {
        takes(&self.page) && self.me().is_some_and(|me| payment.may_reverse(me))
    }
}

/// An invoice on paper.
#[derive(Debug, Template)]
#[template(path = "billing/invoice_print.html")]
pub struct InvoicePrint {
    pub page: Page,
    pub invoice: Invoice,
    pub lines: Vec<Line>,
    pub back: String,
}

/// One line of a draft.
#[derive(Debug, Template)]
#[template(path = "billing/line.html")]
pub struct LinePage {
    pub page: Page,
    pub form: FormState,
    pub line: Line,
    pub invoice: Invoice,
}

/// What is credited of an invoice.
#[derive(Debug, Template)]
#[template(path = "billing/credit.html")]
pub struct CreditPage {
    pub page: Page,
    pub form: FormState,
    pub invoice: Invoice,
    pub lines: Vec<Line>,
}

impl CreditPage {
    /// Each line with the name of its field.
    pub fn rows(&self) -> Vec<(String, &Line)> {
        self.lines
            .iter()
            .filter(|line| line.remaining().is_some())
            .map(|line| (format!("line_{}", line.id), line))
            .collect()
    }
}

/// A credit note on paper.
#[derive(Debug, Template)]
#[template(path = "billing/credit_print.html")]
pub struct CreditPrint {
    pub page: Page,
    pub note: CreditNote,
    pub invoice: Invoice,
    pub lines: Vec<NoteLine>,
}

/// What was given back, on paper.
#[derive(Debug, Template)]
#[template(path = "billing/refund_print.html")]
pub struct RefundPrint {
    pub page: Page,
    pub refund: Refund,
    pub payment: Payment,
}

impl RefundPrint {
    /// Where one came from.
    pub fn back(&self) -> String {
        use crate::web::paths::billing;
        self.refund.invoice_id.map_or_else(|| billing::receipt(self.payment.receipt_id), billing::invoice)
    }
}

/// What goes back of a payment.
#[derive(Debug, Template)]
#[template(path = "billing/refund.html")]
pub struct RefundPage {
    pub page: Page,
    pub form: FormState,
    pub payment: Payment,
    /// What the invoice owes back, where it does.
    pub owed_back: Money,
    pub limit: Money,
}

impl RefundPage {
    /// Whether the person may take the payment back as a slip.
    pub fn may_reverse(&self) -> bool {
        self.page.actor.as_ref().is_some_and(|actor| self.payment.may_reverse(actor.account))
    }

    /// How money can go back.
    pub fn methods(&self) -> Vec<(&'static str, &'static str)> {
        super::pairs(Method::ALL, |one| (one.as_str(), one.label()))
    }
}

impl Discount {
    /// `10% of the price`, `₦500`, `the whole price`.
    pub fn words(&self) -> String {
        match self.kind {
            DiscountKind::Percent => format!("{} of the price", percent(self.percent_bp.unwrap_or_default())),
            DiscountKind::Fixed => self.amount.unwrap_or_default().to_string(),
            DiscountKind::Waiver => "The whole price".to_owned(),
        }
    }

    /// The colour of its tag.
    pub const fn tag(&self) -> &'static str {
        match self.state {
            DiscountState::Proposed => "wait",
            DiscountState::Approved => "ok",
            DiscountState::Declined => "danger",
            DiscountState::Withdrawn => "plain",
        }
    }

    /// Whether nobody has decided yet.
    pub fn is_open(&self) -> bool {
        self.state == DiscountState::Proposed
    }

    /// Whether it counts.
    pub fn is_approved(&self) -> bool {
        self.state == DiscountState::Approved
    }
}

impl Refund {
    /// The colour of its tag.
    pub const fn tag(&self) -> &'static str {
        match self.state {
            RefundState::Proposed => "wait",
            RefundState::Approved => "info",
            RefundState::Paid => "ok",
            RefundState::Declined => "danger",
        }
    }

    /// Whether it can be paid out now.
    pub fn is_approved(&self) -> bool {
        self.state == RefundState::Approved
    }

    /// Whether nobody has decided yet.
    pub fn is_open(&self) -> bool {
        self.state == RefundState::Proposed
    }
}
