//! SQL of money.

pub mod charges;
pub mod claims;
pub mod credits;
pub mod discounts;
pub mod invoices;
pub mod lines;
pub mod owner;
pub mod payments;
pub mod prices;
pub mod refunds;
pub mod schemes;
pub mod settings;
pub mod shifts;
pub mod terms;
pub mod wallets;
pub mod worklist;
