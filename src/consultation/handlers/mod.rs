//! HTTP of the consultation.

pub mod consult;
pub mod draft;
pub mod finish;
pub mod notes;
pub mod steps;
pub mod templates;
pub mod trend;
pub mod unfinished;
pub mod vitals;
