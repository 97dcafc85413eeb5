//! Allergies: what harms, how badly, how sure that is.

use chrono::{DateTime, Utc};

use super::AllergyId;
use crate::patients::model::PatientId;
use crate::words;

words! {
    /// What kind of thing harms.
    pub enum AllergenKind {
        Medicine = "medicine" => "Medicine",
        Class = "class" => "Class of medicines",
        Food = "food" => "Food",
        Environment = "environment" => "Environment",
        Other = "other" => "Something else",
    }
}

words! {
    /// How badly it went, the worst time.
    pub enum Severity {
        Mild = "mild" => "Mild",
        Moderate = "moderate" => "Moderate",
        Severe = "severe" => "Severe",
        Unknown = "unknown" => "Not known",
    }
}

words! {
    /// How sure the clinic is.
    pub enum Certainty {
        Told = "told" => "Told by the patient",
        Likely = "likely" => "Likely",
        Confirmed = "confirmed" => "Confirmed",
    }
}

words! {
    /// Where a version of an allergy stands.
    pub enum AllergyState {
        Active = "active" => "Active",
        Refuted = "refuted" => "Refuted: it is no allergy",
        EnteredInError = "entered_in_error" => "Entered in error",
    }
}

/// One version of an allergy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Allergy {
    pub id: AllergyId,
    pub patient_id: PatientId,
    pub kind: AllergenKind,
    /// The slug of the ingredient or class in the catalogue; empty for free text, which no check can know.
    pub code: String,
    pub substance: String,
    pub reaction: String,
    pub severity: Severity,
    pub certainty: Certainty,
    pub since: String,
    pub note: String,
    pub state: AllergyState,
    pub reason: String,
    pub recorded_name: String,
    pub recorded_at: DateTime<Utc>,
}

impl Allergy {
    /// `Penicillins: rash (severe)`.
    pub fn words(&self) -> String {
        let mut words = self.substance.clone();
        if !self.reaction.is_empty() {
            words.push_str(": ");
            words.push_str(&self.reaction);
        }
        if self.severity != Severity::Unknown {
            words.push_str(&format!(" ({})", self.severity.label().to_lowercase()));
        }
        words
    }

    /// Whether the substance is free text, which the check of a prescription cannot compare.
    pub fn is_free(&self) -> bool {
        self.code.is_empty()
    }
}
