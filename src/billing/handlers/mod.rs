//! HTTP of money.

pub mod account;
pub mod approvals;
pub mod bill;
pub mod claims;
pub mod credit;
pub mod draft;
pub mod invoice;
pub mod mine;
pub mod own;
pub mod pay;
pub mod prices;
pub mod receipt;
pub mod refund;
pub mod schemes;
pub mod shifts;
pub mod worklist;

use crate::billing::model::Money;
use crate::web::FormState;
use crate::web::form::LINE;

/// The most that one field takes: 1,000,000,000 naira.
const MOST: Money = Money(100_000_000_000);

/// An amount that must be there.
fn money(form: &mut FormState, name: &str, message: &str) -> Money {
    let parsed = Money::parse(form.value(name)).filter(|amount| *amount <= MOST);
    if parsed.is_none() {
        form.refuse(name, message);
    }
    parsed.unwrap_or_default()
}

/// An amount more than nothing.
fn some_money(form: &mut FormState, name: &str, message: &str) -> Money {
    let amount = money(form, name, message);
    if amount.is_zero() {
        form.refuse(name, message);
    }
    amount
}

/// An amount that may be left out.
fn optional_money(form: &mut FormState, name: &str) -> Option<Money> {
    if form.value(name).trim().is_empty() {
        return None;
    }
    Some(money(form, name, "Enter an amount in naira, for instance 1500 or 1500.50"))
}

/// The reference of a machine or a bank, in the one way it is stored: nobody takes a payment twice because it was written
/// with blanks or small letters the second time (rule M7).
fn machine_reference(form: &mut FormState, name: &str) -> String {
    let typed = form.text(name, "Enter the reference of the machine or the bank", 60);
    typed.split_whitespace().collect::<String>().to_uppercase()
}

/// A reason that a colleague understands.
fn reason(form: &mut FormState, name: &str) -> String {
    let reason = form.text(name, "Enter the reason", LINE);
    if !reason.is_empty() && reason.chars().count() < 5 {
        form.refuse(name, "Say a little more, so that a colleague understands it");
    }
    reason
}

/// A share in percent as basis points: `7.5`.
fn percent(form: &mut FormState, name: &str, most: i64, message: &str) -> i64 {
    let parsed = Money::parse(form.value(name).trim().trim_end_matches('%'));
    match parsed.filter(|points| points.0 <= most) {
        Some(points) => points.0,
        None => {
            form.refuse(name, message);
            0
        }
    }
}
