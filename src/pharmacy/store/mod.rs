//! Every statement of the pharmacy.

pub mod dispensings;
pub mod messages;
pub mod owed;
pub mod people;
pub mod recalls;
pub mod register;
pub mod shelf;
pub mod worklist;
