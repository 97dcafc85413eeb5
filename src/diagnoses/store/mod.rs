//! All SQL of diagnoses.
#![expect(missing_docs, reason = "the columns are described in the migration")]

pub mod codes;
pub mod diagnoses;
