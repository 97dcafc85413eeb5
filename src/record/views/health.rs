//! The health part: what holds now, and who wrote what.

use askama::Template;

use super::Banner;
use crate::patients::model::PatientId;
use crate::record::model::{AllergenKind, AllergyState, Entry, EntryKind, EntryState, Severity, Summary};
use crate::record::store::Version;
use crate::web::paths::record as paths;
use crate::web::{FormState, Page, filters};

/// Everything that holds now.
#[derive(Debug, Template)]
#[template(path = "record/health.html")]
pub struct HealthPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// "No known allergies", or taking it back, as typed.
    pub form: FormState,
}

impl HealthPage {
    /// Whose record it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// What holds now.
    pub fn summary(&self) -> &Summary {
        &self.banner.summary
    }

    /// Lists of the page below the allergies.
    pub fn lists(&self) -> [List<'_>; 3] {
        let summary = self.summary();
        let told =
            if summary.one(EntryKind::Condition).is_some() { "" } else { &summary.who.conditions_told };
        let list = |heading, kind: EntryKind, kinds: &[EntryKind], add, nothing| List {
            heading,
            id: kind.as_str(),
            add,
            path: paths::entry_new(self.id(), kind),
            nothing,
            told: if kind == EntryKind::Condition { told } else { "" },
            entries: kinds.iter().flat_map(|kind| summary.of(*kind)).collect(),
        };
        [
            list(
                "Conditions",
                EntryKind::Condition,
                &[EntryKind::Condition],
                "Add a condition",
                "No long-term condition is recorded",
            ),
            list(
                "History",
                EntryKind::Surgery,
                &EntryKind::BACKGROUND,
                "Add to the history",
                "No operation, family or social history is recorded",
            ),
            list("Alerts", EntryKind::Alert, &[EntryKind::Alert], "Add an alert", "No alert is set"),
        ]
    }

    /// Facts of the blood.
    pub fn facts(&self) -> [Fact<'_>; 2] {
        [EntryKind::BloodGroup, EntryKind::Genotype].map(|kind| Fact {
            label: kind.label(),
            words: self.summary().fact_words(&kind),
            entry: self.summary().one(kind),
            path: paths::entry_new(self.id(), kind),
        })
    }
}

/// One list of the page.
#[derive(Debug)]
pub struct List<'a> {
    /// Its heading.
    pub heading: &'static str,
    /// Its mark in the page.
    pub id: &'static str,
    /// What adding says.
    pub add: &'static str,
    /// Where adding leads.
    pub path: String,
    /// What is said when there is nothing.
    pub nothing: &'static str,
    /// What was told and is not recorded yet.
    pub told: &'a str,
    /// What it holds.
    pub entries: Vec<&'a Entry>,
}

/// A fact of the blood.
#[derive(Debug)]
pub struct Fact<'a> {
    /// Its name.
    pub label: &'static str,
    /// Its value and how it is known; empty where it is not.
    pub words: String,
    /// What is recorded.
    pub entry: Option<&'a Entry>,
    /// Where recording leads.
    pub path: String,
}

/// Who wrote what about the health.
#[derive(Debug, Template)]
#[template(path = "record/changes.html")]
pub struct ChangesPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// Versions, newest first.
    pub versions: Vec<Version>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl Version {
    /// `Allergy recorded`, `Condition changed`, `allergies, as told`.
    pub fn title(&self) -> String {
        let new = self.before.is_empty();
        match self.part.as_str() {
            "told" => format!("As told: {}", self.kind),
            "none" if self.state == "stated" => "No known allergies: stated".to_owned(),
            "none" => "No known allergies: no longer so".to_owned(),
            "allergy" => {
                let kind = self.kind.parse().map_or("allergy", AllergenKind::label).to_lowercase();
                match self.state.parse::<AllergyState>() {
                    Ok(AllergyState::Active) | Err(_) if new => format!("Allergy recorded ({kind})"),
                    Ok(AllergyState::Active) | Err(_) => format!("Allergy changed ({kind})"),
                    Ok(AllergyState::Refuted) => "Allergy refuted".to_owned(),
                    Ok(AllergyState::EnteredInError) => "Allergy: entered in error".to_owned(),
                }
            }
            _ => {
                let kind = self.kind.parse::<EntryKind>().ok();
                let label = kind.map_or("Entry", EntryKind::label);
                match self.state.parse::<EntryState>() {
                    Ok(EntryState::Active) | Err(_) if new => format!("{label} recorded"),
                    Ok(EntryState::Active) | Err(_) => format!("{label} changed"),
                    Ok(EntryState::Ended) => {
                        format!("{label}: {}", kind.map_or("over", EntryKind::ending).to_lowercase())
                    }
                    Ok(EntryState::EnteredInError) => format!("{label}: entered in error"),
                }
            }
        }
    }

    /// What it says now, and said before where that differs.
    pub fn lines(&self) -> Vec<String> {
        if self.part == "told" {
            let or_nothing =
                |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
            return vec![format!(
                "{}: {} → {}",
                self.kind,
                or_nothing(&self.before),
                or_nothing(&self.words)
            )];
        }
        let (now, before) = (readable(&self.words), readable(&self.before));
        let mut lines = match (before.is_empty(), now == before) {
            (false, false) => vec![format!("{before} → {now}")],
            _ if now.is_empty() => Vec::new(),
            _ => vec![now],
        };
        if !self.reason.is_empty() {
            lines.push(format!("Reason: {}", self.reason));
        }
        lines
    }

    /// Where it stands in the line of progress.
    pub fn mark(&self) -> &'static str {
        if matches!(self.state.as_str(), "active" | "stated") { "done" } else { "missed" }
    }
}

/// `penicillins|rash|severe||` as `penicillins, rash, severe`.
fn readable(joined: &str) -> String {
    let unknown = Severity::Unknown.as_str();
    let parts: Vec<&str> = joined.split('|').filter(|part| !part.is_empty() && *part != unknown).collect();
    parts.join(", ")
}
