//! Types of diagnoses and how they are found, pure.

mod file;
#[cfg(test)]
mod file_tests;
mod words;

pub use file::{CodeFile, FileFault, Line, Pick};
pub use words::{asked, compact, end_of, label, read_label, words};

use crate::words as closed;

crate::ids! {
    /// One term of a list that diagnoses are chosen from.
    CodeId,
    /// A diagnosis of a visit.
    DiagnosisId,
}

closed! {
    /// Whose list a term comes from.
    pub enum System {
        Own = "own" => "Own list",
        Icd10 = "icd10" => "ICD-10",
        Icd11 = "icd11" => "ICD-11",
    }
}

closed! {
    /// How sure the doctor is.
    pub enum Certainty {
        Suspected = "suspected" => "Suspected",
        Confirmed = "confirmed" => "Confirmed",
        RuledOut = "ruled_out" => "Ruled out",
    }
}

closed! {
    /// Where a diagnosis stands.
    pub enum State {
        Draft = "draft" => "Draft",
        Signed = "signed" => "Signed",
        EnteredInError = "entered_in_error" => "Entered in error",
    }
}
