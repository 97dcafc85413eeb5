//! Pages of letters.

pub mod check;
pub mod mine;
pub mod referral;
pub mod verification;
pub mod visit;

use chrono::{DateTime, NaiveDate, Utc};

use super::store::verifications::Verification;
use crate::letters::model::shown_code;
use crate::settings::model::{long_day, plain_day};
use crate::web::Page;

impl Verification {
    /// The code as people read it.
    pub fn code_words(&self) -> String {
        shown_code(&self.code)
    }

    /// `Wednesday 6 August 2026`.
    pub fn day_words(&self) -> String {
        long_day(self.day)
    }

    /// `10:40am to 11:15am`.
    pub fn times(&self, page: &Page) -> String {
        times(page, self.time_in, self.time_out)
    }

    /// `9 August 2026`, or nothing.
    pub fn rest_words(&self) -> String {
        rest(self.rest_until)
    }

    /// `Genuine`, `Revoked`.
    pub fn state_words(&self) -> &'static str {
        if self.revoked_at.is_some() { "Revoked" } else { "Issued" }
    }

    /// The colour of its state.
    pub fn kind(&self) -> &'static str {
        if self.revoked_at.is_some() { "danger" } else { "ok" }
    }
}

/// `10:40am to 11:15am`; while the visit goes on, `since 10:40am`.
fn times(page: &Page, from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> String {
    let from = page.clinic.spoken_clock(from);
    match until {
        Some(until) => format!("{from} to {}", page.clinic.spoken_clock(until)),
        None => format!("since {from}"),
    }
}

fn rest(until: Option<NaiveDate>) -> String {
    until.map(plain_day).unwrap_or_default()
}
