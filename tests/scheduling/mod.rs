//! Booking, moving and cancelling; hours and slots; who did not come.

mod booking;
mod closing;
mod desk;
mod freed;
mod hours;
mod late;
mod races;
mod steps;
mod tabs;
mod undo;
