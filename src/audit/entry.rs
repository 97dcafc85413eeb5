//! One entry of the trail, as the capabilities write it.

use serde_json::{Map, Value};

/// What kind of thing an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The table's or thing's name, singular.
    pub kind: &'static str,
    /// Its id, where it has one.
    pub id: Option<i64>,
}

/// An entry on its way into the trail.
#[derive(Debug, Clone)]
#[must_use]
pub struct Entry {
    pub(super) action: &'static str,
    pub(super) subject: Subject,
    pub(super) patient_id: Option<i64>,
    pub(super) detail: Map<String, Value>,
}

impl Entry {
    /// `action` is `thing.happened` in the past tense, for instance `appointment.cancelled`; `kind` and `id` name what
    /// it happened to.
    pub fn new(action: &'static str, kind: &'static str, id: impl Into<Option<i64>>) -> Self {
        Entry { action, subject: Subject { kind, id: id.into() }, patient_id: None, detail: Map::new() }
    }

    /// Files the entry under a patient, so that "who opened my record" finds it.
    pub fn of_patient(mut self, patient: impl Into<Option<i64>>) -> Self {
        self.patient_id = patient.into();
        self
    }

    /// A fact worth keeping, never a password or a code.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// A field that changed; nothing is kept when both are equal.
    pub fn changed<T: ToString + PartialEq>(mut self, name: &str, old: &T, new: &T) -> Self {
        if old != new {
            let pair = Value::Array(vec![old.to_string().into(), new.to_string().into()]);
            let changes = self.detail.entry("changes").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(changes) = changes {
                changes.insert(name.to_owned(), pair);
            }
        }
        self
    }

    /// Whether any field changed.
    pub fn has_changes(&self) -> bool {
        self.detail.contains_key("changes")
    }
}
