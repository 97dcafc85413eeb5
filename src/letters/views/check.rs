//! The public check.

use askama::Template;

use crate::letters::store::verifications::Shown;
use crate::settings::model::{long_day, plain_day};
use crate::web::{FormState, Page};

/// The field, or an answer.
#[derive(Debug, Template)]
#[template(path = "letters/check.html")]
pub struct CheckPage {
    /// The frame.
    pub page: Page,
    /// What is wrong with what was typed; never what was typed.
    pub form: FormState,
    /// Whether a code was looked up.
    pub asked: bool,
    /// What whoever has the code may read.
    pub shown: Option<Shown>,
}

impl CheckPage {
    /// The field alone.
    pub fn field(page: Page) -> Self {
        CheckPage { page, form: FormState::new(), asked: false, shown: None }
    }

    /// The answer about a code.
    pub fn answer(page: Page, shown: Option<Shown>) -> Self {
        CheckPage { page, form: FormState::new(), asked: true, shown }
    }
}

impl Shown {
    /// `Wednesday 6 August 2026`.
    pub fn day_words(&self) -> String {
        long_day(self.day)
    }

    /// `10:40am to 11:15am`.
    pub fn times(&self, page: &Page) -> String {
        super::times(page, self.time_in, self.time_out)
    }

    /// `9 August 2026`, or nothing.
    pub fn rest_words(&self) -> String {
        self.rest_until.map(plain_day).unwrap_or_default()
    }
}
