//! The health part of a record.

mod allergies;
mod emergency;
mod health;
mod mine;
mod sealed;
mod timeline;
