//! HTTP of the capability.

pub(super) mod away;
pub(super) mod book;
pub(super) mod desk;
pub(super) mod desk_book;
pub(super) mod doctors;
pub(super) mod hours;
pub(super) mod mine;
pub(super) mod moving;
pub(super) mod week;

use crate::patients::model::PatientId;
use crate::web::{Error, Page};

/// The patient behind the request; routes of patients always have one.
fn me(page: &Page) -> Result<PatientId, Error> {
    page.actor()?.patient.ok_or(Error::NotFound)
}
