//! Types and rules of the consultation, pure.

mod news2;
mod ranges;
mod signs;

pub use news2::{Escalation, News2, Part, Responses, Unscored};
pub use ranges::{Level, Range, bmi_range, range_of};
pub use signs::{BMI_HEIGHT_DAYS, Consciousness, Measured, Oxygen, Sign, Taken, bmi_tenths};

use crate::ids;

ids! {
    /// One taking of vital signs.
    VitalsId,
    /// A note of a visit, with all that was signed under it.
    NoteId,
}
