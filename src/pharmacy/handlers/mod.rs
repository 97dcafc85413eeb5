//! HTTP of the pharmacy.

pub mod dispense;
pub mod dispensing;
pub mod messages;
pub mod offers;
pub mod register;
pub mod reserve;
mod second;
pub mod worklist;
