//! The usual doses of the catalogue are those of adults. What a child takes is said by whoever prescribes; the clinic has no
//! list of children's doses, so nothing is worked out here.

use super::check::{Drug, Facts, Tier, Warning, WarningKind};
use super::plain_number;

/// From this age on a usual dose is believed.
const GROWN: u32 = 12;

/// Why the usual dose of an adult is not simply taken; none where the patient is old enough.
pub fn not_grown(facts: &Facts) -> Option<String> {
    let Some(age) = facts.age else { return Some("the date of birth is not recorded".to_owned()) };
    if age >= GROWN {
        return None;
    }
    let years = match age {
        0 => "less than 1 year".to_owned(),
        1 => "1 year".to_owned(),
        more => format!("{more} years"),
    };
    // Vital signs keep tenths of a kilogram.
    let weight = facts.weight.map(|tenths| format!(", {} kg", plain_number(tenths * 100)));
    Some(format!("this patient is {years} old{}", weight.unwrap_or_default()))
}

/// A child is given as much at once as an adult, or what an order set of adults says. Where nobody knows the age it is read
/// in passing.
pub(super) fn of_adult(drug: &Drug, facts: &Facts) -> Option<Warning> {
    let whose = not_grown(facts)?;
    let as_usual = drug.dose.zip(drug.usual_dose).is_some_and(|(dose, usual)| dose >= usual);
    let words = match (drug.of_set, as_usual) {
        (true, _) => format!("The order set is written for adults, and {whose}"),
        (false, true) => format!("As much at once as an adult usually takes, and {whose}"),
        (false, false) => return None,
    };
    let tier = if facts.age.is_some() { Tier::Caution } else { Tier::Note };
    let about = "adult dose".to_owned();
    Some(Warning { kind: WarningKind::Dose, tier, about, words, advice: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_grown_is_named_with_age_and_weight() {
        for (age, weight, words) in [
            (Some(0), None, Some("this patient is less than 1 year old")),
            (Some(1), Some(98), Some("this patient is 1 year old, 9.8 kg")),
            (Some(11), Some(350), Some("this patient is 11 years old, 35 kg")),
            (Some(12), Some(350), None),
            (None, Some(600), Some("the date of birth is not recorded")),
        ] {
            let facts = Facts { age, weight, ..Facts::default() };
            assert_eq!(not_grown(&facts).as_deref(), words, "{age:?} {weight:?}");
        }
    }
}
