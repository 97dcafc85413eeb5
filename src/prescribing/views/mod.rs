//! Pages of prescribing.

pub mod available;
pub mod medicines;
pub mod mine;
pub mod prescription;
pub mod section;
pub mod stops;

use crate::prescribing::store::lines::Line;
use crate::settings::model::plain_day;

impl Line {
    /// `until 6 August 2026`; empty for drafts.
    pub fn until_words(&self) -> String {
        self.valid_until.map(plain_day).unwrap_or_default()
    }

    /// `15 of 20 tablets given`, or nothing where nothing was given.
    pub fn given_words(&self) -> String {
        if self.given == 0 {
            return String::new();
        }
        let kept = (self.given - self.returned).max(0);
        let all = crate::prescribing::model::amount_words(self.quantity.saturating_mul(1_000), self.unit);
        format!("{kept} of {all} given")
    }

    /// Words in which an order set, a list or a print tells the line: medicine, then how it is taken.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.label(), self.directions.trim_end_matches('.'))
    }
}
