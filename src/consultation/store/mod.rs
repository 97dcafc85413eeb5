//! All SQL of the consultation.

pub mod days;
pub mod dispositions;
pub mod notes;
pub mod sittings;
pub mod templates;
pub mod vitals;
