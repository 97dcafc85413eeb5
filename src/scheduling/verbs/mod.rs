//! What can be done with bookings and hours. Each verb runs inside the caller's unit of work, writes its audit entries
//! and tells the watchers; locks are taken in one order everywhere: the offer where hours or time away change, the patient,
//! slots by id, the appointment.

pub(super) mod away;
pub(super) mod book;
pub(super) mod change;
pub(super) mod hours;
pub(super) mod refusal;
pub(super) mod steps;
pub(super) mod undo;

pub use away::{close_day, doctor_leaves, doctor_returns, open_day, patient_leaves, patient_returns};
pub use book::{At, Booking, book_at_desk, change_hold, confirm, hold};
pub use change::{cancel, reschedule};
pub use hours::{Decisions, close_weekdays};
pub use refusal::Refusal;
pub use steps::{
    Arrived, answer_objection, arrive, close_before, fulfil, in_service, no_show, object, pause_all_anew,
    take_back,
};
pub use undo::undo;
