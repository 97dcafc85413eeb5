//! Types and rules of the consultation, pure.

mod alarm;
mod growth;
mod news2;
mod note;
mod ranges;
mod signs;

pub use alarm::Alarm;
pub use news2::{Escalation, News2, Part as ScorePart, Responses, Unscored};
pub use note::{
    DayItem, LONGEST, NoteId, NoteKind, NoteState, Outcome, Part, Parts, REASON, TemplateId, Together,
};
pub use ranges::{Level, Range, bmi_range, judge, range_of, range_on};
pub use signs::{BMI_HEIGHT_DAYS, Consciousness, Measured, Oxygen, Sign, Taken, bmi_tenths};

use crate::ids;

ids! {
    /// One taking of vital signs.
    VitalsId,
}
