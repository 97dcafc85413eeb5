//! All SQL of procedures.
#![expect(missing_docs, reason = "the columns are described in the migration")]

pub mod kinds;
pub mod procedures;
