//! Pages, forms and streams of arrivals, lines, displays and places.

pub mod arrivals;
pub mod attention;
pub mod board;
pub mod check_in;
pub mod display;
pub mod displays;
pub mod moves;
pub mod overview;
pub mod place;
pub mod print;
pub mod streams;
pub mod unsettled;
