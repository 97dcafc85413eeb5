//! Entries of the health history: conditions, what was, what runs in the family, facts of the blood, alerts.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::EntryId;
use crate::patients::model::PatientId;
use crate::words;

/// No pregnancy goes on for longer than this after the day on which the child was due: 42 weeks (WHO, ICD-10 O48).
pub const AFTER_DUE: Days = Days::new(14);

words! {
    /// What an entry is about.
    pub enum EntryKind {
        Condition = "condition" => "Condition",
        Surgery = "surgery" => "Operation or hospital stay",
        Family = "family" => "Illness in the family",
        Social = "social" => "Social history",
        Pregnancy = "pregnancy" => "Pregnancy",
        BloodGroup = "blood_group" => "Blood group",
        Genotype = "genotype" => "Genotype",
        Alert = "alert" => "Alert",
    }
}

words! {
    /// What whoever meets the patient must know at once.
    pub enum AlertKind {
        Interpreter = "interpreter" => "Needs an interpreter",
        Falls = "falls" => "May fall",
        NeedsReview = "needs_review" => "Record needs review",
        InfectionRisk = "infection_risk" => "Infection risk",
        Other = "other" => "Other",
    }
}

words! {
    /// How a fact of the blood is known.
    pub enum Source { Told = "told" => "Told", Tested = "tested" => "Tested" }
}

words! {
    /// Where a version of an entry stands.
    pub enum EntryState {
        Active = "active" => "Active",
        Ended = "ended" => "Over",
        EnteredInError = "entered_in_error" => "Entered in error",
    }
}

/// One version of an entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Entry {
    pub id: EntryId,
    pub patient_id: PatientId,
    pub kind: EntryKind,
    /// A code of a term, or the kind of an alert.
    pub code: String,
    pub words: String,
    pub since: String,
    pub until_on: Option<NaiveDate>,
    pub note: String,
    /// `told`, `tested` or empty.
    pub source: String,
    /// Whether the patient reads it in the own record.
    pub shared: bool,
    /// Whether the desk sees it.
    pub everyone: bool,
    pub state: EntryState,
    pub reason: String,
    pub recorded_name: String,
    pub recorded_at: DateTime<Utc>,
}

impl EntryKind {
    /// The kinds that stand as a list under "History".
    pub const BACKGROUND: [EntryKind; 4] =
        [EntryKind::Surgery, EntryKind::Family, EntryKind::Social, EntryKind::Pregnancy];

    /// Whether there is one at most that holds.
    pub fn is_single(self) -> bool {
        matches!(self, EntryKind::BloodGroup | EntryKind::Genotype | EntryKind::Pregnancy)
    }

    /// Whether it is a fact of the blood, told or tested.
    pub fn is_fact(self) -> bool {
        matches!(self, EntryKind::BloodGroup | EntryKind::Genotype)
    }

    /// Whether the patient may be shown it in the own record by a mark.
    pub fn is_sharable(self) -> bool {
        matches!(self, EntryKind::Condition | EntryKind::Surgery)
    }

    /// What ending it is called.
    pub fn ending(self) -> &'static str {
        match self {
            EntryKind::Condition => "Resolved",
            EntryKind::Alert => "No longer needed",
            EntryKind::Surgery
            | EntryKind::Family
            | EntryKind::Social
            | EntryKind::Pregnancy
            | EntryKind::BloodGroup
            | EntryKind::Genotype => "Over, or no longer so",
        }
    }
}

/// `since 2010`, whether or not the word was typed too.
pub fn since(typed: &str) -> String {
    let typed = typed.trim();
    match typed.split_once(char::is_whitespace) {
        Some((word, rest)) if word.eq_ignore_ascii_case("since") => format!("since {}", rest.trim_start()),
        Some(_) | None => format!("since {typed}"),
    }
}

impl Entry {
    /// Whether a pregnancy was over by this day, by the day on which the child was due.
    pub fn is_past_due(&self, day: NaiveDate) -> bool {
        let end = self.until_on.and_then(|due| due.checked_add_days(AFTER_DUE));
        end.is_some_and(|end| day > end)
    }

    /// The kind of an alert.
    pub fn alert(&self) -> Option<AlertKind> {
        (self.kind == EntryKind::Alert).then(|| self.code.parse().ok()).flatten()
    }

    /// What people read first: the term, or the kind of the alert with its words.
    pub fn title(&self) -> String {
        match self.alert() {
            None | Some(AlertKind::Other) => self.words.clone(),
            Some(kind) if self.words == kind.label() => self.words.clone(),
            Some(kind) => format!("{}: {}", kind.label(), self.words),
        }
    }

    /// `since 2010, until 6 March 2027. A note`.
    pub fn more(&self) -> String {
        let mut parts = Vec::new();
        if !self.since.is_empty() {
            parts.push(since(&self.since));
        }
        if let Some(day) = self.until_on {
            let word = if self.kind == EntryKind::Pregnancy { "due" } else { "until" };
            parts.push(format!("{word} {}", crate::settings::model::plain_day(day)));
        }
        if let Ok(source) = self.source.parse::<Source>() {
            parts.push(source.label().to_lowercase());
        }
        let mut words = parts.join(", ");
        if !self.note.is_empty() {
            let dot = if words.is_empty() { "" } else { ". " };
            words = format!("{words}{dot}{}", self.note);
        }
        let mut letters = words.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
            .unwrap_or_default()
    }
}
