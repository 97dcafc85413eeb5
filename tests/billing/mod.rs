//! Money: rules M1 to M13, each by its name, on both databases.

mod approved;
mod charging;
mod controls;
mod correcting;
mod goodwill;
mod left;
mod model;
mod own;
mod paying;
mod races;
mod schemes;
mod secrets;
mod seen;
mod shifts;
mod twice;
