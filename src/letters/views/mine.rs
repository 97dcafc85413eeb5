//! A patient's own letters.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::letters::model::CONSENT;
use crate::letters::store::verifications::Verification;
use crate::patients::Qr;
use crate::web::{FormState, Page, filters};

/// The list.
#[derive(Debug, Template)]
#[template(path = "letters/my_letters.html")]
pub struct MyLettersPage {
    /// The frame.
    pub page: Page,
    /// The newest first.
    pub all: Vec<Verification>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// One letter.
#[derive(Debug, Template)]
#[template(path = "letters/my_letter.html")]
pub struct MyLetterPage {
    /// The frame.
    pub page: Page,
    /// For the forms.
    pub form: FormState,
    /// What it says.
    pub verification: Verification,
    /// When it was checked and what was answered, the newest first.
    pub checks: Vec<(DateTime<Utc>, String)>,
    /// The square code that leads to the check.
    pub qr: Qr,
}

impl MyLetterPage {
    /// A letter with its square code.
    pub fn new(
        page: Page,
        form: FormState,
        verification: Verification,
        checks: Vec<(DateTime<Utc>, String)>,
        address: &str,
    ) -> Self {
        MyLetterPage { page, form, verification, checks, qr: Qr::of(address) }
    }

    /// What the patient agrees to.
    pub fn consent_words(&self) -> &'static str {
        CONSENT
    }
}
