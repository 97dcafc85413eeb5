//! Prescribing.
pub mod model;
mod store;
pub mod verbs;
