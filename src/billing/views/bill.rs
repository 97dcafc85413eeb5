//! What a visit costs.

use askama::Template;

use crate::billing::model::{ChargeState, InvoiceId, Money, Owed};
use crate::billing::store::charges::Charge;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::schemes::Enrolment;
use crate::billing::store::worklist::Uninvoiced;
use crate::patients::Brief;
use crate::queue::Visit;
use crate::web::{FormState, Page};

/// The bill of a visit: what was done, what is invoiced, what is owed.
#[derive(Debug, Template)]
#[template(path = "billing/bill.html")]
pub struct BillPage {
    pub page: Page,
    pub form: FormState,
    pub who: Brief,
    pub visit: Visit,
    pub charges: Vec<Charge>,
    pub invoices: Vec<Invoice>,
    pub place: Option<Enrolment>,
    /// What of other visits is on no invoice yet.
    pub left: Vec<Uninvoiced>,
}

impl BillPage {
    /// What waits for an invoice.
    pub fn open(&self) -> Vec<&Charge> {
        self.charges.iter().filter(|charge| charge.state.is_open()).collect()
    }

    /// What is on an invoice, or ended.
    pub fn rest(&self) -> Vec<&Charge> {
        self.charges.iter().filter(|charge| !charge.state.is_open()).collect()
    }

    /// The patient's part of what waits, as far as one can say.
    pub fn estimate(&self) -> Money {
        Money(self.open().iter().map(|charge| self.part(charge).0).sum())
    }

    /// The patient's part of something that waits: all of it, where a scheme stopped paying since it was done.
    pub fn part(&self, charge: &Charge) -> Money {
        charge.part(self.place.is_some())
    }

    /// The draft on which the work goes on, where nothing else waits.
    pub fn draft(&self) -> Option<InvoiceId> {
        self.invoices.iter().find(|one| one.is_draft()).map(|one| one.id)
    }

    /// Whether it stands on a draft: there it is taken off, not credited.
    pub fn on_draft(&self, charge: &Charge) -> bool {
        self.invoices.iter().any(|one| one.is_draft() && charge.invoice_id == Some(one.id))
    }

    /// What the whole visit still owes.
    pub fn owed(&self) -> Owed {
        let drafts: i64 =
            self.invoices.iter().filter(|one| one.is_draft()).map(|one| one.patient_part.0).sum();
        let issued = |one: &Invoice| if one.is_issued() { one.balance().0.max(0) } else { 0 };
        Owed { estimate: self.estimate().0 + drafts, invoiced: self.invoices.iter().map(issued).sum() }
    }
}

impl Charge {
    /// The patient's part of it while it waits, as the bill says it.
    pub fn part(&self, in_scheme: bool) -> Money {
        if in_scheme { self.estimate } else { self.estimate.max(self.gross()) }
    }

    /// What it comes to without tax and schemes.
    pub fn gross(&self) -> Money {
        Money(self.unit_price.0.saturating_mul(self.quantity))
    }

    /// Whether the cashier has to act: something that was asked was entered in error, or another number was done.
    pub fn is_wrong(&self) -> bool {
        let asked = matches!(self.state, ChargeState::Billed | ChargeState::Paid) && !self.gross().is_zero();
        asked && (self.withdrawn_at.is_some() || self.done_quantity.is_some())
    }

    /// Whether it waits to be paid before it is done.
    pub fn is_gated(&self) -> bool {
        self.pay_first
            && self.treat_now_at.is_none()
            && self.done_at.is_none()
            && matches!(self.state, ChargeState::Planned | ChargeState::Billed)
    }
}
