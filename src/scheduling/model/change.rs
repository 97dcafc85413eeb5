//! Cancelling, moving and taking back.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::rules::minutes;
use super::{AppointmentState, BookingRules, CancelledBy};

/// A cancelling that may go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// Who cancels.
    pub by: CancelledBy,
    /// Whether it comes late (rule N5). Never so for the clinic's own (rule N2).
    pub late: bool,
}

/// Why an appointment cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotCancel {
    /// It has run its course.
    Over(AppointmentState),
    /// Its time has come; from then on the desk sees to it.
    Started,
    /// The patient is checked in and has a token.
    Here,
}

/// Why an appointment cannot be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotReschedule {
    /// It is not, or no longer, booked.
    NotBooked(AppointmentState),
    /// Its time has come (rule B8).
    Started,
}

/// Why a step cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotUndo {
    /// Nothing leads back from this state.
    NoWayBack(AppointmentState),
    /// Someone else made the step.
    SomeoneElse,
    /// It lies longer back than this many minutes.
    TooLate(u32),
}

/// What has become of an appointment, as the first half of a refusal.
const fn what_became(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Hold => "This appointment has not been confirmed yet.",
        AppointmentState::Booked => "This appointment is booked.",
        AppointmentState::Arrived => "This patient has already arrived.",
        AppointmentState::InService => "This patient is with the doctor.",
        AppointmentState::Fulfilled => "This appointment is completed.",
        AppointmentState::Cancelled => "This appointment has already been cancelled.",
        AppointmentState::NoShow => "This appointment is recorded as not attended.",
        AppointmentState::Rescheduled => "This appointment has already been moved to another time.",
        AppointmentState::EnteredInError => "This appointment was entered in error.",
    }
}

const STARTED: &str = "The time of this appointment has come. The desk can help from now on.";

impl fmt::Display for CannotCancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotCancel::Over(state) => write!(f, "{} It can no longer be cancelled.", what_became(*state)),
            CannotCancel::Started => f.write_str(STARTED),
            CannotCancel::Here => f.write_str(
                "This patient is checked in. Undo the check-in on the queue, or finish the visit first.",
            ),
        }
    }
}

impl fmt::Display for CannotReschedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotReschedule::NotBooked(state) => {
                write!(f, "{} Only a booked appointment can be moved.", what_became(*state))
            }
            CannotReschedule::Started => f.write_str(STARTED),
        }
    }
}

impl fmt::Display for CannotUndo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotUndo::NoWayBack(state) => write!(f, "{} There is no step to undo.", what_became(*state)),
            CannotUndo::SomeoneElse => f.write_str("Someone else made this step. Only they can undo it."),
            CannotUndo::TooLate(limit) => {
                write!(f, "This step was made more than {limit} minutes ago and can no longer be undone.")
            }
        }
    }
}

/// Whether cancelling now is late: less than the hours of rule N5 are left.
pub fn is_late_cancel(starts_at: DateTime<Utc>, now: DateTime<Utc>, rules: &BookingRules) -> bool {
    now > starts_at - TimeDelta::hours(i64::from(rules.late_cancel_hours))
}

/// Whether `by` may cancel, and whether that is late (rules B6, N5). Patients cancel until the start, staff
/// and the clinic also after.
pub fn cancel(
    state: AppointmentState,
    starts_at: DateTime<Utc>,
    by: CancelledBy,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<Cancellation, CannotCancel> {
    if !state.allows(AppointmentState::Cancelled) {
        return Err(CannotCancel::Over(state));
    }
    let by_patient = match by {
        CancelledBy::Patient => true,
        CancelledBy::Staff | CancelledBy::Clinic => false,
    };
    if by_patient && now >= starts_at {
        return Err(CannotCancel::Started);
    }
    // A hold was never an appointment, so letting it go is never late.
    let counts = by != CancelledBy::Clinic && state != AppointmentState::Hold;
    Ok(Cancellation { by, late: counts && is_late_cancel(starts_at, now, rules) })
}

/// Whether an appointment may still be moved: booked, and only until its start (rule B8). The new slot is a
/// booking of its own.
pub fn may_reschedule(
    state: AppointmentState,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), CannotReschedule> {
    if !state.allows(AppointmentState::Rescheduled) {
        Err(CannotReschedule::NotBooked(state))
    } else if now >= starts_at {
        Err(CannotReschedule::Started)
    } else {
        Ok(())
    }
}

impl BookingRules {
    /// Until when a step made then can be undone (rule B5).
    pub fn undo_until(&self, stepped_at: DateTime<Utc>) -> DateTime<Utc> {
        stepped_at + minutes(self.undo_minutes)
    }
}

/// The state that undoing the last step leads to: by the same person, within the minutes of rule B5.
pub fn may_undo(
    state: AppointmentState,
    stepped_at: DateTime<Utc>,
    same_person: bool,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<AppointmentState, CannotUndo> {
    let before = state.undone().ok_or(CannotUndo::NoWayBack(state))?;
    if !same_person {
        Err(CannotUndo::SomeoneElse)
    } else if now > rules.undo_until(stepped_at) {
        Err(CannotUndo::TooLate(rules.undo_minutes))
    } else {
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use super::super::wording::assert_clear;
    use super::AppointmentState as S;
    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-03-09T09:00:00Z".parse().expect("an instant")
    }

    fn before(minutes: i64) -> DateTime<Utc> {
        start() - TimeDelta::minutes(minutes)
    }

    fn late(state: S, by: CancelledBy, minutes: i64) -> Result<bool, CannotCancel> {
        cancel(state, start(), by, before(minutes), &BookingRules::default()).map(|done| done.late)
    }

    #[test]
    fn cancelling_within_two_hours_is_late() {
        assert_eq!(late(S::Booked, CancelledBy::Patient, 120), Ok(false));
        assert_eq!(late(S::Booked, CancelledBy::Patient, 119), Ok(true));
        assert_eq!(late(S::Booked, CancelledBy::Staff, 1), Ok(true));
    }

    #[test]
    fn the_clinics_own_cancelling_is_never_late() {
        assert_eq!(late(S::Booked, CancelledBy::Clinic, 1), Ok(false));
        assert_eq!(late(S::Booked, CancelledBy::Clinic, -30), Ok(false));
        assert_eq!(late(S::Hold, CancelledBy::Patient, 1), Ok(false));
    }

    #[test]
    fn from_the_start_on_only_staff_cancels() {
        assert_eq!(late(S::Booked, CancelledBy::Patient, 0), Err(CannotCancel::Started));
        assert_eq!(late(S::Booked, CancelledBy::Staff, 0), Ok(true));
    }

    #[test]
    fn what_is_over_cannot_be_cancelled_or_moved() {
        let now = before(60 * 24);
        for &state in S::ALL {
            let cancelled = late(state, CancelledBy::Staff, 60 * 24);
            assert_eq!(cancelled.is_ok(), matches!(state, S::Hold | S::Booked | S::Arrived), "{state}");
            assert_eq!(may_reschedule(state, start(), now).is_ok(), state == S::Booked, "{state}");
        }
        assert_eq!(may_reschedule(S::Booked, start(), start()), Err(CannotReschedule::Started));
    }

    #[test]
    fn a_step_is_undone_by_the_same_person_within_ten_minutes() {
        let rules = BookingRules::default();
        let undo = |state, same, minutes: i64| may_undo(state, start(), same, before(-minutes), &rules);
        assert_eq!(undo(S::Arrived, true, 10), Ok(S::Booked));
        assert_eq!(undo(S::Arrived, true, 11), Err(CannotUndo::TooLate(10)));
        assert_eq!(undo(S::Arrived, false, 1), Err(CannotUndo::SomeoneElse));
        assert_eq!(undo(S::Cancelled, true, 10), Ok(S::Booked));
        assert_eq!(undo(S::EnteredInError, true, 1), Err(CannotUndo::NoWayBack(S::EnteredInError)));
    }

    #[test]
    fn every_refusal_is_clear() {
        for &state in S::ALL {
            assert_clear(&CannotCancel::Over(state).to_string());
            assert_clear(&CannotReschedule::NotBooked(state).to_string());
            assert_clear(&CannotUndo::NoWayBack(state).to_string());
        }
        assert_clear(&CannotCancel::Started.to_string());
        assert_clear(&CannotCancel::Here.to_string());
        assert_clear(&CannotReschedule::Started.to_string());
        assert_clear(&CannotUndo::SomeoneElse.to_string());
        assert_clear(&CannotUndo::TooLate(10).to_string());
    }
}
