//! The line of time of a record: what happened, when, in one line each.

use chrono::{DateTime, Utc};

use crate::db::moment;
use crate::words;

words! {
    /// What a line is. Each word is one part of the view `happened`; a new source adds a word here, a part there and a
    /// trigger to its table.
    pub enum What {
        Visit = "visit" => "Visits",
        Appointment = "appointment" => "Appointments",
        Allergy = "allergy" => "Allergies",
        Health = "health" => "Conditions and history",
        Vitals = "vitals" => "Vital signs",
        Result = "result" => "Test results",
        Diagnosis = "diagnosis" => "Diagnoses",
        Procedure = "procedure" => "Procedures",
        Prescription = "prescription" => "Prescriptions",
        Note = "note" => "Notes",
        Advice = "advice" => "Advice",
    }
}

impl What {
    /// Whether only those who may read the health part see it.
    pub fn is_clinical(self) -> bool {
        match self {
            What::Visit | What::Appointment => false,
            What::Allergy
            | What::Health
            | What::Vitals
            | What::Result
            | What::Diagnosis
            | What::Procedure
            | What::Prescription
            | What::Note
            | What::Advice => true,
        }
    }
}

/// A line of the timeline.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Happening {
    /// What it is.
    pub what: What,
    /// Its id among its kind.
    pub id: i64,
    /// When it begins or began.
    #[serde(deserialize_with = "moment::at")]
    pub at: DateTime<Utc>,
    /// Where it stands: a word of its kind.
    pub state: String,
    /// The doctor's name, the substance, the term, what became of a visit; or empty.
    pub words: String,
    /// The token of a visit, who wrote it down; or empty.
    pub more: String,
    /// Whether it is a visit that is sealed against who reads: nothing else of it is said.
    #[serde(default)]
    pub is_sealed: bool,
}

/// Where a page of the timeline goes on: after this line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Its moment.
    pub at: DateTime<Utc>,
    /// What it is.
    pub what: What,
    /// Its id.
    pub id: i64,
}

impl Cursor {
    /// After a line.
    pub fn after(line: &Happening) -> Self {
        Cursor { at: line.at, what: line.what, id: line.id }
    }

    /// As it stands in an address: `1762675200000000-visit-17`.
    pub fn text(&self) -> String {
        format!("{}-{}-{}", self.at.timestamp_micros(), self.what.as_str(), self.id)
    }

    /// From an address; nonsense is the first page.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
        Some(Cursor { at, what: parts.next()?.parse().ok()?, id: parts.next()?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_nonsense_is_none() {
        let at = DateTime::from_timestamp_micros(1_762_675_200_123_456).unwrap_or_default();
        let cursor = Cursor { at, what: What::Visit, id: 17 };
        assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        for nonsense in
            ["", "-", "1-x-2", "1-visit", "a-visit-1", "1-visit-x", "99999999999999999999-visit-1"]
        {
            assert_eq!(Cursor::read(nonsense), None, "{nonsense}");
        }
    }
}
