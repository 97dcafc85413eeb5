//! The cashier's worklist and what waits for a second person.

use askama::Template;

use crate::billing::store::discounts::Discount;
use crate::billing::store::invoices::Invoice;
use crate::billing::store::refunds::Refund;
use crate::billing::store::shifts::Shift;
use crate::billing::store::worklist::{Person, Uncredited, Uninvoiced};
use crate::patients::Brief;
use crate::queue::model::VisitId;
use crate::web::{FormState, Page};

/// What stands in the worklist.
#[derive(Debug)]
pub struct Work {
    /// Whoever is here with something to pay.
    pub people: Vec<Person>,
    /// Drafts, what is owed back, what is owed.
    pub invoices: Vec<Invoice>,
    /// What was done for visits of earlier days and is on no invoice.
    pub left: Vec<Uninvoiced>,
    /// What was invoiced for more than was done.
    pub uncredited: Vec<Uncredited>,
}

impl Work {
    /// Those in the cashier's line.
    pub fn here(&self) -> Vec<&Person> {
        self.people.iter().filter(|person| person.queue.is_some()).collect()
    }

    /// Others with something to invoice.
    pub fn elsewhere(&self) -> Vec<&Person> {
        self.people.iter().filter(|person| person.queue.is_none()).collect()
    }

    /// Whether something of a visit is to be credited.
    pub fn is_wrong(&self, visit: &VisitId) -> bool {
        self.uncredited.iter().any(|one| one.visit_id == *visit)
    }

    /// Drafts.
    pub fn drafts(&self) -> Vec<&Invoice> {
        self.invoices.iter().filter(|invoice| invoice.is_draft()).collect()
    }

    /// Issued invoices that are not settled.
    pub fn unsettled(&self) -> Vec<&Invoice> {
        self.invoices.iter().filter(|invoice| invoice.is_issued()).collect()
    }

    /// One short line for those who do not look.
    pub fn news(&self) -> String {
        match self.here().len() {
            0 => "Nobody is at the cashier".to_owned(),
            1 => "1 person is at the cashier".to_owned(),
            people => format!("{people} people are at the cashier"),
        }
    }
}

/// The list with its search.
#[derive(Debug, Template)]
#[template(path = "billing/worklist.html")]
pub struct WorklistPage {
    pub page: Page,
    pub form: FormState,
    pub work: Work,
    /// The own shift.
    pub shift: Option<Shift>,
    /// People who fit what was searched.
    pub found: Vec<Brief>,
}

/// The part of it that changes.
#[derive(Debug, Template)]
#[template(path = "billing/_worklist.html")]
pub struct WorklistPart {
    pub page: Page,
    pub work: Work,
}

/// What waits for a second person, and what was approved and not paid out.
#[derive(Debug, Template)]
#[template(path = "billing/approvals.html")]
pub struct ApprovalsPage {
    pub page: Page,
    pub form: FormState,
    pub discounts: Vec<Discount>,
    pub refunds: Vec<Refund>,
    pub shifts: Vec<Shift>,
}

impl ApprovalsPage {
    /// Whether somebody else asked for it.
    pub fn may_decide(&self, by: &crate::access::model::AccountId) -> bool {
        self.page.actor.as_ref().is_some_and(|actor| actor.account != *by)
    }

    /// Whether it is neither one's own shift nor one that one counted.
    pub fn may_check(&self, shift: &Shift) -> bool {
        self.may_decide(&shift.account_id) && shift.closed_by.is_none_or(|by| self.may_decide(&by))
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.discounts.is_empty() && self.refunds.is_empty() && self.shifts.is_empty()
    }
}

/// Minutes since a moment, in words.
pub fn waited(page: &Page, since: &chrono::DateTime<chrono::Utc>) -> String {
    let minutes = (page.now - *since).num_minutes().max(0);
    if minutes < 120 { format!("{minutes} min") } else { format!("{} h", minutes / 60) }
}
