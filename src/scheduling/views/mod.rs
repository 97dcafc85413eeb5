//! The pages of the capability.

pub(super) mod book;
pub(super) mod desk;
pub(super) mod hours;
pub(super) mod mine;
