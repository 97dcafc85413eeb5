//! Arrivals, lines, displays, places.

mod board;
mod calls;
mod check_in;
mod day;
mod display;
mod door;
mod handover;
mod phone;
mod place;
mod races;
mod returning;
mod streams;
mod truth;
mod undo;
mod unsettled;
mod whereabouts;
