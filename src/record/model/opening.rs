//! Opening a record in an emergency, and the review of it (rule A4).

use chrono::{DateTime, TimeDelta, Utc};

use crate::words;

words! {
    /// Why somebody breaks the glass.
    pub enum EmergencyReason {
        CannotSpeak = "cannot_speak" => "The patient cannot speak for themself",
        Danger = "danger" => "Life or health is in danger now",
        NobodyElse = "nobody_else" => "Nobody with access can be reached in time",
        Other = "other" => "Another emergency",
    }
}

words! {
    /// What the records officer found.
    pub enum Verdict {
        Justified = "justified" => "It was justified",
        NotJustified = "not_justified" => "It was not justified",
        Unclear = "unclear" => "It is unclear: followed up outside this page",
    }
}

/// Days within which an emergency is reviewed.
pub const REVIEW_DAYS: i64 = 7;

/// Where the review of an emergency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Reviewed.
    Done,
    /// So many days are left, today counted.
    Days(i64),
    /// The seven days are over.
    Overdue,
}

impl Due {
    /// Where it stands at `now`.
    pub fn of(opened: DateTime<Utc>, reviewed: bool, now: DateTime<Utc>) -> Self {
        let end = opened + TimeDelta::days(REVIEW_DAYS);
        if reviewed {
            Due::Done
        } else if now > end {
            Due::Overdue
        } else {
            Due::Days(((end - now).num_seconds() + 86_399).max(86_400) / 86_400)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_due_for_seven_days_and_then_overdue() {
        let opened = DateTime::<Utc>::UNIX_EPOCH;
        let after = |days, seconds| opened + TimeDelta::days(days) + TimeDelta::seconds(seconds);
        assert_eq!(Due::of(opened, false, opened + TimeDelta::seconds(1)), Due::Days(7));
        assert_eq!(Due::of(opened, false, after(6, 1)), Due::Days(1));
        assert_eq!(Due::of(opened, false, after(7, 0)), Due::Days(1));
        assert_eq!(Due::of(opened, false, after(7, 1)), Due::Overdue);
        assert_eq!(Due::of(opened, true, after(9, 0)), Due::Done);
    }
}
