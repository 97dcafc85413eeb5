//! What a slot, an appointment and a doctor's hours are, and what the clinic allows with them (rules.md
//! §1–§3). Pure: the caller brings the time, the rows and the settings.

mod alternatives;
mod arrival;
mod availability;
mod booking;
#[cfg(test)]
mod booking_tests;
mod change;
mod interval;
mod no_show;
mod plan;
#[cfg(test)]
mod plan_tests;
mod rules;
mod states;

pub use alternatives::{DaySlots, FreeSlot, Wanted, by_day, nearest_alternatives};
pub use arrival::{CannotCheckIn, Punctuality, is_late, punctuality, self_check_in};
pub use availability::{Availability, AvailabilityFault, Declared, Hours};
pub use booking::{Ask, CannotBook, Capacity, SlotFacts, bookable, objections};
pub use change::{
    Cancellation, CannotCancel, CannotReschedule, CannotUndo, cancel, is_late_cancel, may_reschedule,
    may_undo,
};
pub use interval::Interval;
pub use no_show::{
    CannotMarkNoShow, Missed, MissedKind, may_mark_no_show, may_object, no_show_window, online_block_until,
};
pub use plan::{Block, Calendar, DropReason, Dropped, Plan, PlannedSlot, planned_slots};
pub use rules::BookingRules;
pub use states::{AppointmentState, CancelledBy, Decision, Place, SlotState};

crate::ids! {
    /// A doctor's weekly hours, one weekday of them.
    AvailabilityId,
    /// One bookable slot.
    SlotId,
    /// One appointment.
    AppointmentId,
    /// A visit reason that patients choose from.
    ReasonId,
    /// A stretch of time in which nothing can be booked.
    BlockId,
}

#[cfg(test)]
pub(crate) mod wording {
    /// Words that experience.md F5 keeps out of everything a person reads.
    const BANNED: [&str; 7] = ["please", "sorry", "valid", "invalid", "forbidden", "oops", "required"];

    /// Fails unless `text` reads as one or more whole sentences without a banned word.
    pub(crate) fn assert_clear(text: &str) {
        let lower = text.to_lowercase();
        for word in lower.split(|c: char| !c.is_alphanumeric()) {
            assert!(!BANNED.contains(&word), "{text:?} says {word:?}");
        }
        assert!(text.starts_with(|c: char| c.is_uppercase()), "{text:?} does not start a sentence");
        assert!(text.ends_with('.'), "{text:?} does not end a sentence");
        for sentence in text.split('.') {
            assert!(sentence.split_whitespace().count() <= 20, "{text:?} has more than 20 words");
        }
    }
}
