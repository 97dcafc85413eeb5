//! All SQL of the consultation.

pub mod body;
pub mod days;
pub mod dispositions;
pub mod notes;
pub mod signs;
pub mod sittings;
pub mod templates;
pub mod vitals;
