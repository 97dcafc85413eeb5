//! Pages of money. Nothing here knows a diagnosis: cashiers read neutral words (rule A1).

pub mod account;
pub mod bill;
pub mod claims;
pub mod invoice;
pub mod mine;
pub mod pay;
pub mod prices;
pub mod schemes;
pub mod shifts;
pub mod worklist;

use crate::access::model::Permission;
use crate::web::Page;

/// Whether the person makes out invoices and takes payments; others look on.
pub fn takes(page: &Page) -> bool {
    page.may(Permission::TakePayments)
}

/// Whether the person decides what others asked for.
pub fn approves(page: &Page) -> bool {
    page.may(Permission::ApproveMoney)
}

/// Pairs of stored and shown words, for selects and radios.
pub fn pairs<T: Copy>(
    all: &[T],
    words: impl Fn(T) -> (&'static str, &'static str),
) -> Vec<(&'static str, &'static str)> {
    all.iter().map(|one| words(*one)).collect()
}
