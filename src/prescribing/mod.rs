//! Prescribing.
pub mod model;
