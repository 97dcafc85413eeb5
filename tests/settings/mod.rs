//! The clinic's settings.

mod calendar;
mod clinic;
mod places;
