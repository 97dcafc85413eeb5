//! What must hold between the rows, whatever happened.

mod clinic;
mod money;
mod pharmacy;
mod stock;

/// Something that must hold; the statement answers `faults`, the rows where it does not, and `example`, one of them.
pub(super) struct Invariant {
    pub name: &'static str,
    pub text: &'static str,
}

/// All of them, by what they are about.
pub(super) const ALL: [&[Invariant]; 4] = [clinic::CLINIC, stock::STOCK, pharmacy::PHARMACY, money::MONEY];
