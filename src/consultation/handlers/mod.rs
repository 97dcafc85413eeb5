//! HTTP of the consultation.

pub mod consult;
pub mod draft;
pub mod notes;
pub mod steps;
pub mod trend;
pub mod vitals;
