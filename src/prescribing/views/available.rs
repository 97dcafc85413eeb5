//! What the pharmacy has now.

use askama::Template;

use crate::prescribing::store::catalogue::Offered;
use crate::web::{FormState, Page};

/// A medicine, and what lies of it where patients get theirs.
#[derive(Debug)]
pub struct Listed {
    /// The medicine.
    pub medicine: Offered,
    /// Usable units that are nobody else's.
    pub units: i64,
}

impl Listed {
    /// The colour and the words of how much there is.
    pub fn stands(&self) -> (&'static str, &'static str) {
        match (self.units, self.medicine.reorder_level) {
            (..=0, _) => ("plain", "Not in stock"),
            (units, Some(level)) if units <= level => ("wait", "Few left"),
            _ => ("ok", "In stock"),
        }
    }

    /// The amount with its unit.
    pub fn amount(&self) -> String {
        crate::prescribing::model::amount_words(self.units.saturating_mul(1_000), self.medicine.unit)
    }
}

/// The list for staff.
#[derive(Debug, Template)]
#[template(path = "prescribing/available.html")]
pub struct AvailablePage {
    /// The frame.
    pub page: Page,
    /// The filter.
    pub form: FormState,
    /// What fits it.
    pub list: Vec<Listed>,
}

/// The same for patients.
#[derive(Debug, Template)]
#[template(path = "prescribing/available_phone.html")]
pub struct AvailablePhonePage {
    /// The frame.
    pub page: Page,
    /// The filter.
    pub form: FormState,
    /// What fits it.
    pub list: Vec<Listed>,
}
