//! Doctors' hours, slots, appointments: what can be booked, by whom, and what becomes of it.
//!
//! Others call the verbs ([`arrive`], [`in_service`], [`fulfil`], [`take_back`], [`cancel`], [`book_at_desk`], …)
//! inside their own unit of work, and read with [`todays_booked`], [`todays_booking_of`], [`coming`], [`next_free`]
//! and [`no_show_count`].

mod calendar;
mod handlers;
mod jobs;
pub mod model;
mod offer;
mod offered;
mod routes;
mod store;
mod verbs;
mod views;

pub use handlers::hours::decisions;
pub use jobs::jobs;
pub use offered::outside_hours;
pub use routes::routes;
pub use store::appointments::{Affected, is_being_booked};
pub use store::doctors::{Named, names as doctor_names};
pub use store::expected::{Expected, coming, next_free, todays_booked, todays_booking_of};
pub use store::hours::in_room;
pub use store::people::no_show_count;
pub use store::slots::to_come;
pub use verbs::{
    Arrived, At, Booking, Decisions, Refusal, answer_objection, arrive, book_at_desk, cancel, change_hold,
    close_before, close_day, close_weekdays, confirm, doctor_leaves, doctor_returns, fulfil, hold,
    in_service, no_show, object, open_day, patient_leaves, patient_returns, pause_all_anew, reschedule,
    take_back, undo,
};
pub use views::hours::decisions as decision_choices;
