//! The SQL of arrivals, lines, displays and places.

pub mod appointments;
pub mod attention;
pub mod displays;
pub mod entries;
pub mod events;
pub mod lines;
pub mod named;
pub mod people;
pub mod places;
pub mod points;
pub mod stats;
pub mod unsettled;
pub mod visits;
