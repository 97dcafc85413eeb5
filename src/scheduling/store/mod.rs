//! All SQL of the capability.

pub(super) mod appointments;
pub(super) mod away;
pub(super) mod doctors;
pub(super) mod expected;
pub(super) mod hours;
pub(super) mod people;
pub(super) mod places;
pub(super) mod slots;
pub(super) mod states;
