//! The clinic's settings for bookings, with the defaults of rules.md.

use crate::settings::model::Clinic;

/// What the clinic has decided about bookings. All of it can be changed in the settings, but for the minutes after its
/// start in which a slot can still be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingRules {
    /// Open future bookings a patient may hold (rule B4).
    pub max_open: u32,
    /// Minutes that a place is held while the form is filled in (rule B7: 5 to 10).
    pub hold_minutes: u32,
    /// Minutes after its start in which a slot can still be booked (rule B2).
    pub bookable_grace_minutes: u32,
    /// Days ahead that can be booked online, counted from today (own). The desk sees every slot that exists.
    pub days_ahead: u32,
    /// Minutes before its start from which the desk may use free public places (rule B10).
    pub desk_release_minutes: u32,
    /// Minutes, at most, until a freed place of a full day is offered to the public again; 0: at once (rule B9).
    pub freed_place_minutes: u32,
    /// Minutes after the booked time that still count as in time (rule N1).
    pub late_tolerance_minutes: u32,
    /// Minutes before the booked time from which patients may check themselves in (rule Q14).
    pub check_in_minutes: u32,
    /// Hours before the start from which cancelling counts as late (rule N5).
    pub late_cancel_hours: u32,
    /// Whether a late cancelling counts as half a no-show (rule N5: optional).
    pub late_cancel_counts_half: bool,
    /// Days after the start in which a no-show can be set (rule N2).
    pub no_show_days: u32,
    /// Days in which the patient can object to a no-show (rule N3).
    pub objection_days: u32,
    /// Counted no-shows that pause online booking (rule N4).
    pub no_show_limit: u32,
    /// Months in which they are counted (rule N4).
    pub no_show_window_months: u32,
    /// Days for which online booking is paused, from the last no-show (rule N4; the 4 months are Practo's).
    pub no_show_block_days: u32,
    /// Minutes in which the same person may undo a step of an appointment (rule B5).
    pub undo_minutes: u32,
}

impl Default for BookingRules {
    fn default() -> Self {
        BookingRules {
            max_open: 3,
            hold_minutes: 10,
            bookable_grace_minutes: 5,
            days_ahead: 28,
            desk_release_minutes: 60,
            freed_place_minutes: 15,
            late_tolerance_minutes: 15,
            check_in_minutes: 30,
            late_cancel_hours: 2,
            late_cancel_counts_half: false,
            no_show_days: 5,
            objection_days: 7,
            no_show_limit: 3,
            no_show_window_months: 12,
            no_show_block_days: 120,
            undo_minutes: 10,
        }
    }
}

impl BookingRules {
    /// The rules as the clinic's settings say; what has no setting keeps its default.
    pub fn of(clinic: &Clinic) -> BookingRules {
        let whole = |number: i64| u32::try_from(number).unwrap_or(0);
        BookingRules {
            max_open: whole(clinic.max_open_bookings),
            hold_minutes: whole(clinic.hold_minutes),
            days_ahead: whole(clinic.book_days_ahead),
            desk_release_minutes: whole(clinic.desk_release_minutes),
            freed_place_minutes: whole(clinic.freed_place_minutes),
            late_tolerance_minutes: whole(clinic.late_tolerance_minutes),
            check_in_minutes: whole(clinic.self_check_in_minutes),
            late_cancel_hours: whole(clinic.late_cancel_hours),
            no_show_limit: whole(clinic.no_show_limit),
            no_show_window_months: whole(clinic.no_show_window_months),
            no_show_block_days: whole(clinic.no_show_block_days),
            late_cancel_counts_half: clinic.late_cancel_halves > 0,
            no_show_days: whole(clinic.no_show_days),
            objection_days: whole(clinic.objection_days),
            undo_minutes: whole(clinic.undo_minutes),
            ..BookingRules::default()
        }
    }
}

/// Minutes as a span of time.
pub(super) fn minutes(minutes: u32) -> chrono::TimeDelta {
    chrono::TimeDelta::minutes(i64::from(minutes))
}
