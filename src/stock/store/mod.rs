//! All SQL of stock.

pub mod adjustments;
pub mod batches;
pub mod counts;
pub mod items;
pub mod ledger;
pub mod lists;
pub mod orders;
pub mod overview;
pub mod reservations;
pub mod stores;
pub mod transfers;
