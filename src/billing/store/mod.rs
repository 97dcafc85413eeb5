//! SQL of money.

pub mod charges;
pub mod settings;
pub mod terms;
