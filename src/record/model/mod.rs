//! What a record holds: allergies, entries of the health history, openings, the line of time. Pure.

mod allergy;
mod entry;
mod opening;
mod summary;
mod time;

pub use allergy::{AllergenKind, Allergy, AllergyState, Certainty, Severity};
pub use entry::{AFTER_DUE, AlertKind, Entry, EntryKind, EntryState, Source, since};
pub use opening::{Due, EmergencyReason, REVIEW_DAYS, Verdict, read_words};
pub use summary::{PREGNANT_DAYS, Stated, Summary, Who};
pub use time::{Cursor, Happening, What};

use crate::ids;

ids! {
    /// One version of an allergy.
    AllergyId,
    /// One version of an entry of the health history.
    EntryId,
    /// An opening of a record that somebody had to give a reason for.
    OpeningId,
}
