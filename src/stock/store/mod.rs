//! All SQL of stock.

pub mod items;
pub mod ledger;
pub mod stores;
