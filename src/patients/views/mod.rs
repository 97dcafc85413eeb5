//! Pages of patients.

mod mine;
mod office;
mod record;

pub use mine::{Card, MyCardPage, MyDetailsPage};
pub use office::{ColumnsPage, ImportPage, ImportsPage, StudentsPage, UniversityPage};
pub use record::{
    CardPage, ClinicalPage, CodesPage, HistoryPage, IssuedCode, PersonPage, RecordPage, StatePage,
};

use askama::Template;

use super::campus::Campus;
use super::model::{Brief, CHANGES, Kind, Sex, words_of};
use super::store::{Change, Found, Trace};
use crate::web::{FormState, Page};

/// The search with its results.
#[derive(Debug, Template)]
#[template(path = "patients/index.html")]
pub struct IndexPage {
    /// The frame.
    pub page: Page,
    /// What was asked for.
    pub form: FormState,
    /// What was found.
    pub results: Results,
    /// Departments to filter by.
    pub departments: Vec<(i64, String)>,
}

/// What a search found; also the answer to a search while typing.
#[derive(Debug, Clone, Template)]
#[template(path = "patients/_results.html")]
pub struct Results {
    /// The frame.
    pub page: Page,
    /// The text that was searched for.
    pub q: String,
    /// Its words.
    pub words: Vec<String>,
    /// One page of patients.
    pub found: Vec<Found>,
    /// The address of the next page.
    pub more: Option<String>,
    /// The names of faculties.
    pub campus: Campus,
}

impl askama::filters::HtmlSafe for Results {}

impl Results {
    /// The faculty of somebody's department, or empty.
    pub fn faculty(&self, line: &Found) -> &str {
        self.campus.faculty_of(line.department_id)
    }

    /// The name in pieces: those that were searched for are marked.
    pub fn marked(&self, brief: &Brief) -> Vec<(String, bool)> {
        let hit = |part: &str| {
            words_of(part)
                .iter()
                .any(|folded| self.words.iter().any(|word| folded.starts_with(word.as_str())))
        };
        brief.name().split_whitespace().map(|part| (part.to_owned(), hit(part))).collect()
    }
}

/// The kinds of patients for a field.
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    Kind::choices()
}

/// The sexes for a field.
pub fn sexes() -> Vec<(&'static str, &'static str)> {
    Sex::choices()
}

/// What somebody else changed while a form was open (rule R8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    /// `Ada Obi, 2026-11-09 09:12`.
    pub who: String,
    /// `phone: 0803 … → 0805 …`.
    pub what: Vec<String>,
}

impl Trace {
    /// The roles of who did it, as people read them.
    pub fn role_words(&self) -> String {
        crate::access::model::spoken_roles(&self.role)
    }

    /// The changed fields in words.
    pub fn changes(&self) -> Vec<String> {
        let detail: serde_json::Value = serde_json::from_str(&self.detail).unwrap_or_default();
        let text = |value: Option<&serde_json::Value>| match value.and_then(serde_json::Value::as_str) {
            Some("") | None => "nothing".to_owned(),
            Some(text) => text.to_owned(),
        };
        let changes = detail.get("changes").and_then(serde_json::Value::as_object).into_iter().flatten();
        let mut words: Vec<String> = changes
            .map(|(field, pair)| format!("{field}: {} → {}", text(pair.get(0)), text(pair.get(1))))
            .collect();
        for (name, label) in [("reason", "Reason"), ("fields", "Changed")] {
            if let Some(value) = detail.get(name).and_then(serde_json::Value::as_str) {
                words.push(format!("{label}: {value}"));
            }
        }
        words
    }

    /// `patient.edited` as people read it.
    pub fn words(&self) -> &'static str {
        CHANGES.iter().find(|(action, _)| *action == self.action).map_or("Changed", |(_, words)| words)
    }
}

impl Change {
    /// `allergies: nothing → penicillin`.
    pub fn words(&self) -> String {
        let or_nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        format!("{}: {} → {}", self.field, or_nothing(&self.old_text), or_nothing(&self.new_text))
    }
}
