//! Taking back the last move (rule Q11).

use std::fmt;

use chrono::{DateTime, Utc};

use super::LineRules;
use super::rules::minutes;

/// The last move of an entry, and whether anything happened since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastMove {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether the entry still has the version that the move gave it, and its visit stood in no other line since.
    pub untouched: bool,
    /// For a transfer: whether the entry that it opened still waits as it was opened. `true` for any other
    /// move.
    pub onward_untouched: bool,
}

/// Why a move cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotUndo {
    /// It lies longer back than this many minutes.
    TooLate(u32),
    /// The entry has changed since.
    Touched,
    /// The next point has already taken up the patient.
    TouchedOnward,
}

impl fmt::Display for CannotUndo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotUndo::TooLate(limit) => {
                write!(f, "This was done more than {limit} minutes ago. Make the opposite move instead.")
            }
            CannotUndo::Touched => f.write_str("This token has been changed since. Look at it again first."),
            CannotUndo::TouchedOnward => f.write_str(
                "The next service point has already taken up this token. Ask there to pass it back.",
            ),
        }
    }
}

/// Whether a move may be taken back: within ten minutes, and only while nothing else has happened. Undoing a
/// transfer voids the new entry and re-opens the old one, in one transaction.
pub fn may_undo(last: &LastMove, now: DateTime<Utc>, rules: &LineRules) -> Result<(), CannotUndo> {
    if !last.untouched {
        Err(CannotUndo::Touched)
    } else if !last.onward_untouched {
        Err(CannotUndo::TouchedOnward)
    } else if now > last.at + minutes(rules.undo_minutes) {
        Err(CannotUndo::TooLate(rules.undo_minutes))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::model::wording::assert_clear;
    use chrono::TimeDelta;

    fn after(seconds: i64, untouched: bool, onward_untouched: bool) -> Result<(), CannotUndo> {
        let last = LastMove { at: DateTime::UNIX_EPOCH, untouched, onward_untouched };
        may_undo(&last, DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds), &LineRules::default())
    }

    #[test]
    fn a_move_can_be_undone_within_ten_minutes_while_nothing_else_happened() {
        assert_eq!(after(0, true, true), Ok(()));
        assert_eq!(after(600, true, true), Ok(()));
        assert_eq!(after(601, true, true), Err(CannotUndo::TooLate(10)));
        assert_eq!(after(1, false, true), Err(CannotUndo::Touched));
        assert_eq!(after(1, true, false), Err(CannotUndo::TouchedOnward));
    }

    #[test]
    fn every_refusal_is_clear() {
        for refusal in [CannotUndo::TooLate(10), CannotUndo::Touched, CannotUndo::TouchedOnward] {
            assert_clear(&refusal.to_string());
        }
    }
}
