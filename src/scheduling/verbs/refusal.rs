//! Why a verb did nothing.

use crate::db::DbError;
use crate::scheduling::model::{CannotBook, CannotCancel, CannotMarkNoShow, CannotReschedule, CannotUndo};
use crate::web::Error;

/// Why nothing happened. The caller drops its work; the sentence says what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The slot cannot be booked.
    #[error("{0}")]
    Book(CannotBook),
    /// The visit takes longer than the slot, by the reason's minutes.
    #[error("This visit takes {0} minutes, and the chosen time is shorter. Choose a longer one.")]
    TooShort(i64),
    /// The desk booked it, and its reason is not for booking online.
    #[error("This kind of visit is booked and moved at the desk.")]
    DeskOnly,
    /// The appointment cannot be cancelled.
    #[error("{0}")]
    Cancel(CannotCancel),
    /// The appointment cannot be moved.
    #[error("{0}")]
    Move(CannotReschedule),
    /// The step cannot be taken back.
    #[error("{0}")]
    Undo(CannotUndo),
    /// It cannot be recorded as not attended.
    #[error("{0}")]
    Miss(CannotMarkNoShow),
    /// The hold ran out before it was confirmed.
    #[error("The time was kept for you for some minutes, and they are over. Choose a time again.")]
    HoldOver,
    /// Somebody else changed it in the same moment.
    #[error("Somebody changed this appointment a moment ago. Look at the present state and decide again.")]
    Changed,
    /// There is nothing to object to, or no longer.
    #[error("An objection can be made once, within the days after it was recorded. The desk can help.")]
    NoObjection,
    /// No such patient, slot, reason or appointment.
    #[error("not found")]
    Missing,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Refusal {
    /// Whether another time would do: the page then offers the nearest ones.
    pub fn is_lost(&self) -> bool {
        match self {
            Refusal::Book(why) => match why {
                CannotBook::Started
                | CannotBook::Blocked
                | CannotBook::Full
                | CannotBook::KeptForDesk
                | CannotBook::KeptForOnline => true,
                CannotBook::TooFarAhead(_)
                | CannotBook::OnlinePaused(_)
                | CannotBook::Overlaps
                | CannotBook::AlreadyThere
                | CannotBook::TooManyOpen(_) => false,
            },
            Refusal::TooShort(_) | Refusal::HoldOver => true,
            Refusal::DeskOnly
            | Refusal::Cancel(_)
            | Refusal::Move(_)
            | Refusal::Undo(_)
            | Refusal::Miss(_)
            | Refusal::Changed
            | Refusal::NoObjection
            | Refusal::Missing
            | Refusal::Db(_) => false,
        }
    }

    /// What stands above the sentence: a time that was too short or never free has not just gone.
    pub fn heading(&self) -> &'static str {
        if self.is_lost() && !matches!(self, Refusal::TooShort(_)) {
            "That time has just gone"
        } else {
            "This time cannot be chosen"
        }
    }
}

/// A constraint that refused an insert, in the rule's words.
pub(super) fn of_insert(error: DbError) -> Refusal {
    if error.violates("appointment_overlap") {
        Refusal::Book(CannotBook::Overlaps)
    } else if error.violates("appointment_slot_id_patient_id_unique") {
        Refusal::Book(CannotBook::AlreadyThere)
    } else {
        Refusal::Db(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Missing => Error::NotFound,
            Refusal::Db(error) => error.into(),
            Refusal::Book(_)
            | Refusal::TooShort(_)
            | Refusal::DeskOnly
            | Refusal::Cancel(_)
            | Refusal::Move(_)
            | Refusal::Undo(_)
            | Refusal::Miss(_)
            | Refusal::HoldOver
            | Refusal::NoObjection
            | Refusal::Changed => Error::Conflict(refusal.to_string()),
        }
    }
}
