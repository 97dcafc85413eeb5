//! What the laboratory knows without a database: the steps of an order line, results and how they are judged,
//! turn-around, the code of a sample (rules.md §10). Pure.

mod code;
mod health;
mod line;
#[cfg(test)]
mod line_tests;
mod range;
pub mod shipped;
mod times;
mod value;

pub use code::{sample_code, shown_code, typed_code};
pub use health::{HealthFacts, HealthFault, height_mm, weight_g};
pub use line::{CannotMove, LineState, Move};
pub use range::{AgeAt, Judged, Range, judge, pick};
pub use times::{Turnaround, minutes_words, percentile, turnaround};
pub use value::{AnalyteKind, Flag, NumberFault, decimal, limits_words, parse_decimal, range_words};

crate::ids! {
    /// A test or a panel of the catalogue.
    TestId,
    /// One measured thing of a test.
    AnalyteId,
    /// What somebody ordered at one moment.
    OrderId,
    /// One test of an order, on its way through the laboratory.
    LineId,
    /// A tube or cup with a label.
    SampleId,
    /// One version of the result of a line.
    ResultId,
}

crate::words! {
    /// Why a sample cannot be used.
    pub enum RejectReason {
        Haemolysed = "haemolysed" => "Haemolysed",
        Clotted = "clotted" => "Clotted",
        TooLittle = "too_little" => "Too little",
        WrongContainer = "wrong_container" => "Wrong container",
        Unlabelled = "unlabelled" => "Label missing or another name",
        Leaked = "leaked" => "Leaked or broken",
        TooOld = "too_old" => "Too old when it arrived",
        WronglySent = "wrongly_sent" => "Sent to the wrong place",
        Other = "other" => "Another reason",
    }
}

crate::words! {
    /// Where a version of a result stands.
    pub enum VersionState {
        Pending = "pending" => "Waits for verification",
        Current = "current" => "Current",
        Superseded = "superseded" => "Superseded",
        Withdrawn = "withdrawn" => "Taken back before verification",
    }
}

crate::words! {
    /// Why a doctor has a result to review.
    pub enum ReviewReason {
        New = "new" => "New",
        Corrected = "corrected" => "Corrected",
    }
}

crate::words! {
    /// How a patient learns of a result (rule L5).
    pub enum Tell {
        Now = "now" => "The patient may read it now",
        Later = "later" => "The patient may read it after the usual delay",
        InPerson = "in_person" => "I tell the patient in person; it is not shown on the phone",
    }
}
