//! Whether more of a medicine is taken in a day than is usual, or than anybody should take. The usual amount is that of
//! the catalogue; what nobody exceeds is known of few substances only (`data/daily_maximums.csv`).

use serde::Deserialize;

use super::{Frequency, Holds, Unit, amount_words, list};

const MAXIMUMS: &str = include_str!("../../../data/daily_maximums.csv");

/// What nobody takes more of in a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Maximum {
    ingredient: String,
    /// `4000 mg`.
    most_a_day: String,
    /// Who says so.
    source: String,
}

fn maximums() -> &'static [Maximum] {
    static READ: std::sync::OnceLock<Vec<Maximum>> = std::sync::OnceLock::new();
    READ.get_or_init(|| {
        csv::Reader::from_reader(MAXIMUMS.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
    })
}

/// What is taken of a medicine in a day, in thousandths of its unit, beside what is usual of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daily {
    /// What one counts.
    pub unit: Unit,
    /// What is taken.
    pub taken: i64,
    /// What is usual at most; none where the catalogue has no usual dose.
    pub usual: Option<i64>,
    /// What nobody exceeds, in words with their source, where that is known.
    pub most: Option<(i64, String)>,
}

/// What the catalogue says of a dose.
#[derive(Debug, Clone, Copy)]
pub struct UsualDose {
    /// Thousandths of the unit.
    pub dose: Option<i64>,
    /// Times a day.
    pub times: Option<i64>,
    /// The most doses in a day.
    pub most_doses: Option<i64>,
}

impl UsualDose {
    /// The usual amount of a day at most.
    fn of_day(self) -> Option<i64> {
        self.dose?.checked_mul(self.times.max(self.most_doses)?)
    }
}

/// How much a tier of the check thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// More than is usual.
    Unusual,
    /// More than twice of it, or more than anybody takes.
    TooMuch,
}

impl Daily {
    /// Of a dose that is counted; `max_doses_a_day` is the limit of what is taken as needed.
    pub fn of(
        (dose, frequency, max_doses_a_day): (Option<i64>, Frequency, Option<i64>),
        usual: UsualDose,
        (strength, ingredients, unit): (&str, &str, Unit),
    ) -> Option<Self> {
        let doses = frequency.doses(1).or(max_doses_a_day)?;
        let taken = dose?.checked_mul(doses)?;
        Some(Daily { unit, taken, usual: usual.of_day(), most: most(strength, ingredients, unit) })
    }

    /// Whether it is too much, and in which words.
    pub(super) fn excess(&self) -> Option<(Excess, String)> {
        let day = |units: i64| amount_words(units, self.unit);
        let taken = day(self.taken);
        if let Some((_, words)) = self.most.as_ref().filter(|(most, _)| self.taken > *most) {
            return Some((Excess::TooMuch, format!("Up to {taken} a day. {words}")));
        }
        let usual = self.usual.filter(|usual| self.taken > *usual)?;
        let words = format!("Up to {taken} a day. The usual dose is {} a day at most", day(usual));
        let excess = if self.taken > usual.saturating_mul(2) { Excess::TooMuch } else { Excess::Unusual };
        Some((excess, words))
    }
}

/// The least amount of the medicine that reaches the maximum of one of its substances.
fn most(strength: &str, ingredients: &str, unit: Unit) -> Option<(i64, String)> {
    let ingredients = list(ingredients);
    let parts: Vec<&str> = strength.split('+').map(str::trim).collect();
    if parts.len() != ingredients.len() {
        return None;
    }
    let known = ingredients.iter().zip(parts).filter_map(|(ingredient, part)| {
        let maximum = maximums().iter().find(|one| one.ingredient == *ingredient)?;
        let units = Holds::of(part, unit)?.reached_by(&maximum.most_a_day)?;
        let name = ingredient.replace('_', " ");
        let words =
            format!("No more than {} of {name} is taken in a day ({})", maximum.most_a_day, maximum.source);
        Some((units, words))
    });
    known.min_by_key(|(units, _)| *units)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLET: UsualDose = UsualDose { dose: Some(1_000), times: Some(3), most_doses: None };

    fn excess(dose: i64, frequency: Frequency, of: (&str, &str, Unit)) -> Option<Excess> {
        let daily = Daily::of((Some(dose), frequency, Some(6)), TABLET, of).unwrap();
        daily.excess().map(|(excess, _)| excess)
    }

    #[test]
    fn a_day_above_the_usual_is_unusual_and_above_twice_of_it_too_much() {
        let plain = ("500 mg", "amoxicillin", Unit::Capsule);
        for (dose, frequency, wanted) in [
            (1_000, Frequency::Three, None),
            (3_000, Frequency::Once, None),
            (2_000, Frequency::EightHourly, Some(Excess::Unusual)),
            (1_000, Frequency::AsNeeded, Some(Excess::Unusual)),
            (7_000, Frequency::Weekly, Some(Excess::TooMuch)),
            (20_000, Frequency::Six, Some(Excess::TooMuch)),
        ] {
            assert_eq!(excess(dose, frequency, plain), wanted, "{dose} {frequency}");
        }
        let none = UsualDose { dose: None, times: Some(3), most_doses: None };
        let daily = Daily::of((Some(9_000), Frequency::Six, None), none, plain).unwrap();
        assert_eq!(daily.excess(), None, "without a usual dose nothing is said");
        assert_eq!(Daily::of((None, Frequency::Six, None), TABLET, plain), None);
    }

    #[test]
    fn what_nobody_exceeds_is_known_by_the_substance_in_every_strength() {
        for (strength, ingredients, unit, units) in [
            ("500 mg", "paracetamol", Unit::Tablet, Some(8_000)),
            ("120 mg/5 mL", "paracetamol", Unit::Ml, Some(166_666)),
            ("500 mg + 8 mg", "paracetamol|codeine", Unit::Tablet, Some(8_000)),
            ("400 mg", "ibuprofen", Unit::Tablet, Some(6_000)),
            ("1%", "diclofenac", Unit::Tube, None),
            ("500 mg", "amoxicillin", Unit::Capsule, None),
        ] {
            let found = most(strength, ingredients, unit).map(|(units, _)| units);
            assert_eq!(found, units, "{strength} {ingredients}");
        }
        let shipped = super::super::shipped::medicines();
        for one in maximums() {
            assert!(shipped.iter().any(|medicine| list(&medicine.ingredients).contains(&one.ingredient)));
        }
        assert_eq!(maximums().len(), MAXIMUMS.lines().count() - 1);
    }
}
