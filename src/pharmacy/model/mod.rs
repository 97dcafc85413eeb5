//! What the pharmacy knows without a database: ids, why another medicine is given, what stands for what (rule P6). Pure.

mod substitute;
#[cfg(test)]
mod substitute_tests;

pub use substitute::{CannotTake, Ratio, dose_instead, is_swallowed_whole};

crate::ids! {
    /// What was given out of a prescription at one moment.
    DispensingId,
    /// One line of it.
    DispensedId,
    /// A question to a prescriber, or something they are told.
    MessageId,
}

/// What the ledger of the stock calls a line that was given out.
pub const LEDGER: &str = "dispensing_line";

crate::words! {
    /// Why another medicine is given than the prescribed one.
    pub enum Substitution {
        NotInStock = "not_in_stock" => "The prescribed one is not in stock",
        PatientWish = "patient_wish" => "The patient wishes it",
        Form = "form" => "Another form can be taken better",
        Other = "other" => "Another reason",
    }
}

crate::words! {
    /// What a prescriber is asked by the pharmacy, or told of.
    pub enum MessageKind {
        Query = "query" => "Question",
        Substitution = "substitution" => "Substituted",
        Warning = "warning" => "Given in spite of a warning",
        Stopped = "stopped" => "Stopped by a colleague",
    }
}
