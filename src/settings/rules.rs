//! The clinic's numbers: their labels, bounds and places. Pure.

use super::model::Clinic;

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
            limit!(
                freed_place_minutes,
                "A freed place of a full day goes back online after at most",
                "minutes",
                "At random from 1 minute on; 0 gives it back at once. The desk may use it meanwhile",
                0..=60
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
            limit!(
                late_cancel_halves,
                "A late cancellation counts as",
                "halves",
                "1 counts half a missed appointment, 0 nothing",
                0..=1
            ),
            limit!(no_show_days, "Not coming can be recorded after the start for", "days", "", 1..=30),
            limit!(objection_days, "Patients can object to it for", "days", "", 1..=60),
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
            limit!(
                undo_minutes,
                "The same person can undo a step for",
                "minutes",
                "Of the queue and of an appointment",
                1..=60
            ),
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
}
