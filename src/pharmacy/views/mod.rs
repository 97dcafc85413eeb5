//! Pages of the pharmacy.

pub mod dispense;
pub mod dispensing;
pub mod register;
pub mod worklist;
