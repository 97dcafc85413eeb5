//! Coming in time, coming late, and checking oneself in (rules N1, Q14).

use std::fmt;

use chrono::{DateTime, Utc};

use super::rules::minutes;
use super::{AppointmentState, BookingRules};

/// How an arrival stands to its booked time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Punctuality {
    /// Before the booked time, by this many whole minutes.
    Early(u32),
    /// Up to the tolerance after it.
    InTime,
    /// Later, by this many whole minutes: keeps a place, by arrival (rules N1, Q5).
    Late(u32),
}

/// How `arrived_at` stands to the booked time.
pub fn punctuality(starts_at: DateTime<Utc>, arrived_at: DateTime<Utc>, rules: &BookingRules) -> Punctuality {
    let after = (arrived_at - starts_at).num_minutes();
    let whole = u32::try_from(after.unsigned_abs()).unwrap_or(u32::MAX);
    if arrived_at < starts_at {
        Punctuality::Early(whole)
    } else if is_late(starts_at, arrived_at, rules) {
        Punctuality::Late(whole)
    } else {
        Punctuality::InTime
    }
}

/// Whether `at` is after the tolerance (rule N1).
pub fn is_late(starts_at: DateTime<Utc>, at: DateTime<Utc>, rules: &BookingRules) -> bool {
    at > starts_at + minutes(rules.late_tolerance_minutes)
}

/// Why someone cannot check in by oneself. The desk always can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotCheckIn {
    /// Nothing shows that the person is at the clinic.
    NotHere,
    /// It opens this many minutes before the booked time.
    TooEarly(u32),
    /// The tolerance is over.
    TooLate,
    /// Checked in before.
    AlreadyHere,
    /// Cancelled, moved, or otherwise over.
    NotBooked,
}

impl fmt::Display for CannotCheckIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotCheckIn::NotHere => {
                f.write_str("Enter today's code from the poster at the door, or go to the desk.")
            }
            CannotCheckIn::TooEarly(minutes) => {
                write!(
                    f,
                    "Check-in opens {minutes} minutes before your time. Come back then, or go to the desk."
                )
            }
            CannotCheckIn::TooLate => {
                f.write_str("Your booked time has passed. Go to the desk, you can still be seen today.")
            }
            CannotCheckIn::AlreadyHere => {
                f.write_str("You are already checked in. Your token stays the same.")
            }
            CannotCheckIn::NotBooked => f.write_str("This appointment is no longer open. Go to the desk."),
        }
    }
}

/// Whether a patient may check in by oneself: from 30 minutes before to the tolerance after the booked time,
/// at the clinic (rule Q14). `present` says that the request came from the clinic's network or with the door
/// code of the day.
pub fn self_check_in(
    state: AppointmentState,
    starts_at: DateTime<Utc>,
    present: bool,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<(), CannotCheckIn> {
    match state {
        AppointmentState::Booked => {}
        AppointmentState::Arrived | AppointmentState::InService => return Err(CannotCheckIn::AlreadyHere),
        AppointmentState::Hold
        | AppointmentState::Fulfilled
        | AppointmentState::Cancelled
        | AppointmentState::NoShow
        | AppointmentState::Rescheduled
        | AppointmentState::EnteredInError => return Err(CannotCheckIn::NotBooked),
    }
    if now < starts_at - minutes(rules.check_in_minutes) {
        Err(CannotCheckIn::TooEarly(rules.check_in_minutes))
    } else if is_late(starts_at, now, rules) {
        Err(CannotCheckIn::TooLate)
    } else if present {
        Ok(())
    } else {
        Err(CannotCheckIn::NotHere)
    }
}

#[cfg(test)]
mod tests {
    use super::super::wording::assert_clear;
    use super::*;
    use chrono::TimeDelta;

    fn start() -> DateTime<Utc> {
        "2026-03-09T09:00:00Z".parse().expect("an instant")
    }

    fn after(minutes: i64) -> DateTime<Utc> {
        start() + TimeDelta::minutes(minutes)
    }

    #[test]
    fn fifteen_minutes_are_tolerated() {
        let rules = BookingRules::default();
        let comes = |minutes| punctuality(start(), after(minutes), &rules);
        assert_eq!(comes(-20), Punctuality::Early(20));
        assert_eq!(comes(0), Punctuality::InTime);
        assert_eq!(comes(15), Punctuality::InTime);
        assert_eq!(comes(16), Punctuality::Late(16));
    }

    #[test]
    fn checking_oneself_in_is_open_from_half_an_hour_before_to_the_tolerance_after() {
        let rules = BookingRules::default();
        let check = |minutes, present| {
            self_check_in(AppointmentState::Booked, start(), present, after(minutes), &rules)
        };
        assert_eq!(check(-31, true), Err(CannotCheckIn::TooEarly(30)));
        assert_eq!(check(-30, true), Ok(()));
        assert_eq!(check(15, true), Ok(()));
        assert_eq!(check(16, true), Err(CannotCheckIn::TooLate));
        assert_eq!(check(0, false), Err(CannotCheckIn::NotHere));
    }

    #[test]
    fn only_a_booked_appointment_can_be_checked_in() {
        for &state in AppointmentState::ALL {
            let checked = self_check_in(state, start(), true, start(), &BookingRules::default());
            assert_eq!(checked.is_ok(), state == AppointmentState::Booked, "{state}");
        }
    }

    #[test]
    fn every_refusal_is_clear() {
        for refusal in [
            CannotCheckIn::NotHere,
            CannotCheckIn::TooEarly(30),
            CannotCheckIn::TooLate,
            CannotCheckIn::AlreadyHere,
            CannotCheckIn::NotBooked,
        ] {
            assert_clear(&refusal.to_string());
        }
    }
}
