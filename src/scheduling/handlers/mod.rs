//! HTTP of the capability.

pub(super) mod away;
pub(super) mod book;
pub(super) mod check;
pub(super) mod desk;
pub(super) mod desk_book;
pub(super) mod desk_steps;
pub(super) mod doctors;
pub(super) mod hours;
pub(super) mod mine;
pub(super) mod moving;
pub(super) mod week;

use chrono::{Datelike as _, NaiveDate};

use crate::patients::model::PatientId;
use crate::web::{Error, Page};

/// The patient behind the request; routes of patients always have one.
fn me(page: &Page) -> Result<PatientId, Error> {
    page.actor()?.patient.ok_or(Error::NotFound)
}

/// A day in an address. What is no day, or none that this clinic will see, is no page.
fn day_of(text: &str) -> Result<NaiveDate, Error> {
    let day: NaiveDate = text.parse().map_err(|_| Error::NotFound)?;
    if (2000..2200).contains(&day.year()) { Ok(day) } else { Err(Error::NotFound) }
}
