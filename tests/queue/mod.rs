//! Arrivals, lines, displays, places.

mod absent;
mod board;
mod calls;
mod check_in;
mod day;
mod display;
mod door;
mod handover;
mod next;
mod phone;
mod place;
mod races;
mod returning;
mod streams;
mod times;
mod truth;
mod twice;
mod undo;
mod unsettled;
mod whereabouts;
