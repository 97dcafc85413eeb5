//! Pages of the trail.

use askama::Template;

use super::Verified;
use super::store::{Listed, Stored};
use crate::web::filters;
use crate::web::{FormState, Page};

/// The list, newest first.
#[derive(Debug, Template)]
#[template(path = "audit/index.html")]
pub struct IndexPage {
    /// The frame.
    pub page: Page,
    /// The filter as typed.
    pub form: FormState,
    /// One page of entries.
    pub entries: Vec<Listed>,
    /// The address of the next page.
    pub older: Option<String>,
}

/// What a walk over the chain found.
#[derive(Debug, Template)]
#[template(path = "audit/check.html")]
pub struct CheckPage {
    /// The frame.
    pub page: Page,
    /// What was found.
    pub found: Verified,
}

/// One entry.
#[derive(Debug, Template)]
#[template(path = "audit/show.html")]
pub struct ShowPage {
    /// The frame.
    pub page: Page,
    /// The entry.
    pub entry: Stored,
    /// What it says beyond its columns: name and words.
    pub facts: Vec<(String, String)>,
}

impl Stored {
    /// `patient.registered` as people read it: `Patient registered`.
    pub fn words(&self) -> String {
        let words = self.action.replace(['.', '_'], " ");
        let mut letters = words.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
            .unwrap_or_default()
    }
}
