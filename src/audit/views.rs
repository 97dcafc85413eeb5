//! Pages of the trail.

use askama::Template;
use serde_json::Value;

use super::Verified;
use super::store::{Listed, Stored};
use crate::access::model::spoken_roles;
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

    /// [`Self::words`], with the reason where somebody had to give one for opening a record.
    pub fn told(&self) -> String {
        if !["record.opened_by_reason", "record.opened_in_emergency"].contains(&self.action.as_str()) {
            return self.words();
        }
        let facts: Value = serde_json::from_str(&self.detail).unwrap_or_default();
        let fact = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{}: {}. {}", self.words(), fact("reason"), fact("words"))
    }

    /// The roles as people read them.
    pub fn role_words(&self) -> String {
        spoken_roles(&self.role)
    }

    /// Who acted, with the roles; nobody has none.
    pub fn who(&self) -> String {
        match (self.name.as_str(), self.role.as_str()) {
            ("", "public") => "Not signed in".to_owned(),
            ("", _) => self.role_words(),
            (name, _) => format!("{name} ({})", self.role_words()),
        }
    }
}
