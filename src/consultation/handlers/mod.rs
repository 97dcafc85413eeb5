//! HTTP of the consultation.

pub mod trend;
pub mod vitals;
