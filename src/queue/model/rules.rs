//! The clinic's settings for queues, with the defaults of rules.md.

use chrono::{DateTime, TimeDelta, Utc};

use crate::settings::model::Clinic;

/// What the clinic has decided about queues. All of it can be changed in the settings, but for the seconds before the booked
/// time and the minutes until a call is pointed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRules {
    /// Seconds before the booked time from which it has come (rule Q5).
    pub due_within_seconds: u32,
    /// Minutes after the booked time that still count as in time (rules N1, Q5).
    pub late_tolerance_minutes: u32,
    /// Booked patients called one after the other before a walk-in who waits too long is taken (rule Q5, k;
    /// own).
    pub booked_in_a_row: u32,
    /// Minutes after which a walk-in waits too long (rule Q5; own).
    pub walk_in_limit_minutes: u32,
    /// Minutes for which someone who did not answer a call is not offered again (rule Q7).
    pub cool_down_minutes: u32,
    /// Calls before a token is missed (rule Q7).
    pub max_calls: u32,
    /// Minutes after a call from which an unconfirmed one is pointed out to the desk (rule Q8; own).
    pub nudge_minutes: u32,
    /// Minutes in which a move can be undone (rule Q11).
    pub undo_minutes: u32,
}

impl Default for LineRules {
    fn default() -> Self {
        LineRules {
            due_within_seconds: 120,
            late_tolerance_minutes: 15,
            booked_in_a_row: 3,
            walk_in_limit_minutes: 60,
            cool_down_minutes: 5,
            max_calls: 3,
            nudge_minutes: 3,
            undo_minutes: 10,
        }
    }
}

impl LineRules {
    /// The rules as the clinic's settings say; what has no setting keeps its default.
    pub fn of(clinic: &Clinic) -> Self {
        LineRules {
            late_tolerance_minutes: whole(clinic.late_tolerance_minutes),
            booked_in_a_row: whole(clinic.booked_in_a_row),
            walk_in_limit_minutes: whole(clinic.walk_in_limit_minutes),
            cool_down_minutes: whole(clinic.recall_pause_minutes),
            max_calls: whole(clinic.max_calls),
            undo_minutes: whole(clinic.undo_minutes),
            ..LineRules::default()
        }
    }

    /// Whether a token that was called `call_count` times becomes missed instead of being called once more
    /// (rule Q7).
    pub fn calls_are_used_up(&self, call_count: u32) -> bool {
        call_count >= self.max_calls
    }

    /// Whether the desk is reminded that a call has not been confirmed (rule Q8). It changes nothing by
    /// itself.
    pub fn needs_a_nudge(&self, called_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now >= called_at + minutes(self.nudge_minutes)
    }
}

/// Minutes as a span of time.
pub(super) fn minutes(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

/// A setting, which its table keeps from being negative.
pub(super) fn whole(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_called_three_times() {
        let rules = LineRules::default();
        assert!(!rules.calls_are_used_up(2));
        assert!(rules.calls_are_used_up(3));
    }

    #[test]
    fn an_unconfirmed_call_is_pointed_out() {
        let called = DateTime::UNIX_EPOCH;
        let rules = LineRules::default();
        assert!(!rules.needs_a_nudge(called, called + TimeDelta::seconds(179)));
        assert!(rules.needs_a_nudge(called, called + TimeDelta::seconds(180)));
    }
}
