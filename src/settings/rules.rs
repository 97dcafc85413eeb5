//! The clinic's numbers: their labels, bounds and places, and the rules that other capabilities make of them. Pure.

use super::model::Clinic;
use crate::queue::model::{LineRules, WaitThresholds};
use crate::scheduling::model::BookingRules;

/// A number that administrators set.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The field's name, which is the column's.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// More words, or empty.
    pub hint: &'static str,
    /// The least.
    pub lowest: i64,
    /// The most.
    pub highest: i64,
    get: fn(&Clinic) -> i64,
    set: fn(&mut Clinic, i64),
}

impl Limit {
    /// Its value.
    pub fn of(&self, clinic: &Clinic) -> i64 {
        (self.get)(clinic)
    }

    /// Gives it a value.
    pub fn put(&self, clinic: &mut Clinic, value: i64) {
        (self.set)(clinic, value);
    }
}

macro_rules! limit {
    ($name:ident, $label:literal, $unit:literal, $hint:literal, $lowest:literal..=$highest:literal) => {
        Limit {
            name: stringify!($name),
            label: $label,
            unit: $unit,
            hint: $hint,
            lowest: $lowest,
            highest: $highest,
            get: |clinic| clinic.$name,
            set: |clinic, value| clinic.$name = value,
        }
    };
}

/// Numbers that belong together.
pub type Group = (&'static str, &'static [Limit]);

/// All of them, in the order of the form. The bounds are those of the table's checks.
pub const LIMITS: &[Group] = &[
    (
        "Booking",
        &[
            limit!(slot_minutes, "Length of a slot", "minutes", "For new weekly hours", 5..=240),
            limit!(book_days_ahead, "Days ahead that patients can book", "days", "", 1..=180),
            limit!(max_open_bookings, "Open bookings a patient may hold", "bookings", "", 1..=20),
            limit!(hold_minutes, "A place is held while the form is filled in", "minutes", "", 2..=30),
            limit!(
                desk_release_minutes,
                "The desk may use free public places before the start",
                "minutes",
                "",
                0..=2880
            ),
            limit!(late_cancel_hours, "Cancelling counts as late before the start", "hours", "", 0..=72),
        ],
    ),
    (
        "Being late and not coming",
        &[
            limit!(
                late_tolerance_minutes,
                "Late by up to this still counts as in time",
                "minutes",
                "",
                0..=120
            ),
            limit!(no_show_limit, "Missed appointments that pause online booking", "times", "", 1..=20),
            limit!(no_show_window_months, "Counted over", "months", "", 1..=36),
            limit!(no_show_block_days, "Online booking is paused for", "days", "0 never pauses it", 0..=366),
        ],
    ),
    (
        "Queue",
        &[
            limit!(
                self_check_in_minutes,
                "Patients may check themselves in before the time",
                "minutes",
                "",
                0..=240
            ),
            limit!(max_calls, "Calls before a token is missed", "calls", "", 1..=10),
            limit!(
                recall_pause_minutes,
                "Pause before somebody who did not come is offered again",
                "minutes",
                "",
                0..=60
            ),
            limit!(
                booked_in_a_row,
                "Booked patients in a row while walk-ins wait too long",
                "patients",
                "",
                1..=50
            ),
            limit!(walk_in_limit_minutes, "A walk-in waits too long after", "minutes", "", 5..=480),
            limit!(long_wait_minutes, "A wait is long after", "minutes", "", 5..=480),
            limit!(
                very_long_wait_minutes,
                "A wait is very long after",
                "minutes",
                "More than a long wait",
                6..=1440
            ),
            limit!(token_digits, "Digits of a token", "digits", "3 gives A012", 2..=5),
        ],
    ),
    (
        "Signing out by itself",
        &[
            limit!(
                staff_idle_minutes,
                "Staff, without any click",
                "minutes",
                "Administrators after 10 at the latest",
                5..=720
            ),
            limit!(patient_idle_minutes, "Patients, without any click", "minutes", "", 5..=720),
        ],
    ),
];

fn whole(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// What the clinic allows with bookings.
pub fn rules_for_booking(clinic: &Clinic) -> BookingRules {
    BookingRules {
        max_open: whole(clinic.max_open_bookings),
        hold_minutes: whole(clinic.hold_minutes),
        days_ahead: whole(clinic.book_days_ahead),
        desk_release_minutes: whole(clinic.desk_release_minutes),
        late_tolerance_minutes: whole(clinic.late_tolerance_minutes),
        check_in_minutes: whole(clinic.self_check_in_minutes),
        late_cancel_hours: whole(clinic.late_cancel_hours),
        no_show_limit: whole(clinic.no_show_limit),
        no_show_window_months: whole(clinic.no_show_window_months),
        no_show_block_days: whole(clinic.no_show_block_days),
        ..BookingRules::default()
    }
}

/// In which order a line is called.
pub fn rules_for_line(clinic: &Clinic) -> LineRules {
    LineRules {
        late_tolerance_minutes: whole(clinic.late_tolerance_minutes),
        booked_in_a_row: whole(clinic.booked_in_a_row),
        walk_in_limit_minutes: whole(clinic.walk_in_limit_minutes),
        cool_down_minutes: whole(clinic.recall_pause_minutes),
        max_calls: whole(clinic.max_calls),
        ..LineRules::default()
    }
}

/// From when a wait is long.
pub fn wait_thresholds(clinic: &Clinic) -> WaitThresholds {
    WaitThresholds {
        long_minutes: whole(clinic.long_wait_minutes),
        very_long_minutes: whole(clinic.very_long_wait_minutes),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_fresh_clinic_is_within_all_bounds() {
        let clinic = Clinic::fresh(DateTime::UNIX_EPOCH);
        for limit in LIMITS.iter().flat_map(|(_, limits)| *limits) {
            assert!((limit.lowest..=limit.highest).contains(&limit.of(&clinic)), "{}", limit.name);
        }
    }

    #[test]
    fn every_number_reaches_its_rule() {
        let mut clinic = Clinic::fresh(DateTime::UNIX_EPOCH);
        clinic.max_open_bookings = 7;
        clinic.max_calls = 2;
        clinic.recall_pause_minutes = 9;
        clinic.very_long_wait_minutes = 77;
        assert_eq!(rules_for_booking(&clinic).max_open, 7);
        assert_eq!((rules_for_line(&clinic).max_calls, rules_for_line(&clinic).cool_down_minutes), (2, 9));
        assert_eq!(wait_thresholds(&clinic).very_long_minutes, 77);
    }
}
