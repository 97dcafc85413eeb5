//! Money: what was done becomes charges, charges become invoices, invoices are paid (rules §9, decision 021).
//!
//! Others call [`charge`], [`withdraw`], [`plan`], [`gate`], [`treat_now`] and [`owed`], and show amounts by
//! [`model::naira`]. Billing knows nothing of medicines, tests or stock: whoever does a thing names it in neutral words
//! (rule A1).

pub mod model;
mod store;
mod verbs;

use crate::billing::model::{ChargeId, ChargeKind, Gate, Owed};
use crate::db::{DbError, Store};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::work::{Refused, Work};

/// Something that was done, or is about to be.
#[derive(Debug, Clone, Copy)]
pub struct NewCharge<'a> {
    /// The visit it belongs to.
    pub visit: VisitId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// What it is.
    pub kind: ChargeKind,
    /// What the price list calls it: visit reason, kind of procedure, test, medicine; 0 = of the kind in general.
    pub service: i64,
    /// The row it came from: one live charge for each (kind, source).
    pub source: i64,
    /// Neutral words for invoice and cashier (rule A1), never a diagnosis.
    pub label: &'a str,
    /// How many.
    pub quantity: i64,
    /// The catalogue's own price in kobo of one unit; a price list may replace it.
    pub unit_price: i64,
}

/// Records what was done (billable at once). The same (kind, source) again changes nothing and returns the first.
pub async fn charge(work: &mut Work, new: &NewCharge<'_>) -> Result<ChargeId, Refused> {
    verbs::charge::charge(work, new).await
}

/// The thing was entered in error: an unbilled charge is aborted; a billed one is left for a credit note and marked so
/// that the cashier sees it. Without a charge it does nothing.
pub async fn withdraw(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    verbs::charge::withdraw(work, kind, source, reason).await
}

/// Ordered but not done yet, and its service is "pay first": a planned charge that the cashier can already bill.
/// [`charge`] later turns it billable, or leaves it billed or paid. Does nothing for services without the gate.
pub async fn plan(work: &mut Work, new: &NewCharge<'_>) -> Result<(), Refused> {
    verbs::charge::plan(work, new).await
}

/// May it be done now? (rule M12: emergencies, what was waived, and "treat now, pay later" pass)
pub async fn gate(store: impl Store, visit: VisitId, kind: ChargeKind, source: i64) -> Result<Gate, DbError> {
    verbs::charge::gate(store, visit, kind, source).await
}

/// "Treat now, pay later": kept with its reason; afterwards the gate is open.
pub async fn treat_now(work: &mut Work, kind: ChargeKind, source: i64, reason: &str) -> Result<(), Refused> {
    verbs::charge::treat_now(work, kind, source, reason).await
}

/// What a visit owes at this moment, for the patient's own page and for the stations: the patient's part of what is not
/// invoiced yet (an estimate) and of issued invoices that are not paid.
pub async fn owed(store: impl Store, visit: VisitId) -> Result<Owed, DbError> {
    store::charges::owed(store, visit).await
}
