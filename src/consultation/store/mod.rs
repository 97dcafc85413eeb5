//! The SQL of the consultation.

pub mod vitals;
