//! Pages and fragments of arrivals, lines, displays and places.

pub mod arrivals;
pub mod attention;
pub mod board;
pub mod display;
pub mod entry;
pub mod onward;
pub mod overview;
pub mod place;
pub mod print;
pub mod samples;
pub mod seat;
pub mod unsettled;
