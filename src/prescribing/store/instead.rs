//! What was given for a line instead of its medicine. It stands in one text of the line's row: every page that says how a
//! line is taken has it then, and asks nothing more.

use serde::{Deserialize, Deserializer};

use crate::prescribing::model::{Form, Unit, label, quantity_words};

/// Between what was given at different moments, and between what is said of one.
const MOMENTS: char = '\u{1e}';
const PARTS: char = '\u{1f}';

/// Another medicine than the prescribed one, that the patient has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    name: String,
    strength: String,
    form: Form,
    unit: Unit,
    step: i64,
    /// Units that did not come back.
    pub units: i64,
    /// Units of the prescribed line that they stand for.
    pub covers: i64,
    /// How it is taken, as on the label of the pack.
    pub directions: String,
}

impl Instead {
    /// `ibuprofen 200 mg tablet`.
    pub fn label(&self) -> String {
        label(&self.name, &self.strength, self.form)
    }

    /// `40 tablets`.
    pub fn quantity_words(&self) -> String {
        quantity_words(self.units, self.unit, self.step)
    }

    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(PARTS).collect();
        let [name, strength, form, unit, step, units, covers, directions] = parts.as_slice() else {
            return None;
        };
        Some(Instead {
            name: (*name).to_owned(),
            strength: (*strength).to_owned(),
            form: form.parse().ok()?,
            unit: unit.parse().ok()?,
            step: step.parse().ok()?,
            units: units.parse().ok()?,
            covers: covers.parse().ok()?,
            directions: (*directions).to_owned(),
        })
    }
}

/// Reads the column.
///
/// # Errors
/// When it is not as the statement writes it: what to take is never left out.
pub fn read<'de, D: Deserializer<'de>>(column: D) -> Result<Vec<Instead>, D::Error> {
    let text = String::deserialize(column)?;
    let wrong = || serde::de::Error::custom("what was given instead");
    text.split(MOMENTS)
        .filter(|one| !one.is_empty())
        .map(|one| Instead::parse(one).ok_or_else(wrong))
        .collect()
}
