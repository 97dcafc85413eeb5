//! HTTP of diagnoses.

pub mod error;
pub mod index;
pub mod options;

/// What the trail calls reading the diagnoses of a patient.
const READ: (&str, &str, Option<i64>) = ("diagnoses.opened", "record", None);
