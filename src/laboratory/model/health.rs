//! The laboratory's health record of a student: what was measured, in whole millimetres and grams (LA2).

use super::{NumberFault, parse_decimal};

/// What the laboratory keeps of a student.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct HealthFacts {
    /// Empty where not measured.
    pub blood_group: String,
    /// Empty where not measured.
    pub genotype: String,
    /// Millimetres.
    pub height_mm: Option<i64>,
    /// Grams.
    pub weight_g: Option<i64>,
    /// Screening notes.
    pub notes: String,
}

impl HealthFacts {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == HealthFacts::default()
    }

    /// `171.5 cm`, or nothing.
    pub fn height(&self) -> String {
        self.height_mm.map(|mm| format!("{} cm", super::decimal(mm, 1))).unwrap_or_default()
    }

    /// The height, or that it is not recorded.
    pub fn height_words(&self) -> String {
        or_not_recorded(self.height())
    }

    /// The weight, or that it is not recorded.
    pub fn weight_words(&self) -> String {
        or_not_recorded(self.weight())
    }

    /// `64.2 kg`, or nothing.
    pub fn weight(&self) -> String {
        self.weight_g.map(|g| format!("{} kg", super::decimal(g / 100, 1))).unwrap_or_default()
    }
}

fn or_not_recorded(words: String) -> String {
    if words.is_empty() { "Not recorded".to_owned() } else { words }
}

/// Why a measure was not taken.
pub type HealthFault = NumberFault;

/// A height typed in centimetres, within what rule W1 takes (25 to 260 cm).
///
/// # Errors
/// No number, too exact, or not possible.
pub fn height_mm(typed: &str) -> Result<i64, HealthFault> {
    within(parse_decimal(typed, 1)?, (250, 2_600), "a height from 25 to 260 cm")
}

/// A weight typed in kilograms, within what rule W1 takes (0.3 to 400 kg).
///
/// # Errors
/// No number, too exact, or not possible.
pub fn weight_g(typed: &str) -> Result<i64, HealthFault> {
    within(parse_decimal(typed, 1)? * 100, (300, 400_000), "a weight from 0.3 to 400 kg")
}

fn within(value: i64, (low, high): (i64, i64), words: &str) -> Result<i64, HealthFault> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(NumberFault::Impossible(words.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_measures_are_refused_at_their_edges() {
        assert_eq!(height_mm("171.5"), Ok(1_715));
        assert_eq!((height_mm("25"), height_mm("260")), (Ok(250), Ok(2_600)));
        assert!(height_mm("24.9").is_err() && height_mm("260.1").is_err() && height_mm("-3").is_err());
        assert_eq!((weight_g("0.3"), weight_g("400")), (Ok(300), Ok(400_000)));
        assert!(weight_g("0.2").is_err() && weight_g("400.1").is_err() && weight_g("1e9").is_err());
    }
}
