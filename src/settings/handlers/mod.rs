//! HTTP of the settings.
pub mod clinic;
pub mod holidays;
pub mod hours;
pub mod points;
pub mod reasons;
pub mod rooms;
