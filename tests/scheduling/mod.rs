//! Booking, moving and cancelling; hours and slots; who did not come.

mod booking;
mod races;
mod steps;
