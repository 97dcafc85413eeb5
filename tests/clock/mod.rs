//! Clinic time is right (P36): midnights, the end of a year, a leap day, a zone whose clocks change, and a machine's
//! clock that jumps by an hour or a day while people work.

mod counters;
mod jobs;
mod jumps;
mod typed;
mod zones;
