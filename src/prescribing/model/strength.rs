//! How much of its substance a unit of a medicine holds, where the strength says so plainly. It serves a
//! sentence about what was typed, never a dose: who writes "400 mg" enters the tablets.

use super::Unit;
use super::amount::{apart, decimal};

/// What of a substance is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Thousandths of a microgram.
    Mass,
    /// Thousandths of an international unit.
    Units,
}

/// What `per` thousandths of a unit hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    amount: i64,
    measure: Measure,
    per: i64,
}

impl Holds {
    /// Reads a strength: `500 mg` of a tablet, `250 mg/5 mL` of what is counted in mL, `100 micrograms/dose`
    /// of a puff. None for several substances, for per cent, and wherever the unit is not what the strength
    /// speaks of.
    pub fn of(strength: &str, unit: Unit) -> Option<Self> {
        let (held, within) = strength.split_once('/').unwrap_or((strength, ""));
        let (amount, measure) = substance(&held.replace(',', ""))?;
        let per = match (within.trim(), unit) {
            ("", unit) if !unit.is_held() && unit != Unit::Tube => 1_000,
            ("dose", Unit::Puff) | ("mL", Unit::Ml) => 1_000,
            (volume, Unit::Ml) => decimal(volume.strip_suffix("mL")?.trim_end())?,
            _ => return None,
        };
        (amount > 0 && per > 0).then_some(Holds { amount, measure, per })
    }

    /// The thousandths of a unit that hold so much (`4000 mg`), rounded down.
    pub fn reached_by(self, amount: &str) -> Option<i64> {
        let (amount, measure) = substance(amount)?;
        let units = i128::from(amount) * i128::from(self.per) / i128::from(self.amount);
        i64::try_from(units).ok().filter(|_| measure == self.measure)
    }

    /// The thousandths of a unit that hold what was typed (`400 mg`): exact, and such that they can be taken,
    /// or none.
    pub fn dose_of(self, typed: &str, unit: Unit) -> Option<i64> {
        let (amount, measure) = substance(typed)?;
        let all = i128::from(amount) * i128::from(self.per);
        let dose = i64::try_from(all / i128::from(self.amount)).ok()?;
        let exact = all % i128::from(self.amount) == 0 && dose % unit.finest() == 0;
        (measure == self.measure && exact && (1..=1_000_000).contains(&dose)).then_some(dose)
    }
}

/// `500 mg`, `2.4 million units`: in thousandths of the smallest measure.
fn substance(text: &str) -> Option<(i64, Measure)> {
    let (number, word) = apart(text);
    let (times, measure) = match word.to_lowercase().as_str() {
        "mcg" | "ug" | "µg" | "μg" | "microgram" | "micrograms" => (1, Measure::Mass),
        "mg" => (1_000, Measure::Mass),
        "g" => (1_000_000, Measure::Mass),
        "unit" | "units" | "iu" => (1, Measure::Units),
        "million units" => (1_000_000, Measure::Units),
        _ => return None,
    };
    Some((decimal(number)?.checked_mul(times)?, measure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_says_how_many_units_hold_what_was_typed() {
        for (strength, unit, typed, dose) in [
            ("5 mg", Unit::Tablet, "5 mg", Some(1_000)),
            ("400 mg", Unit::Tablet, "400mg", Some(1_000)),
            ("200 mg", Unit::Tablet, "400 mg", Some(2_000)),
            ("1 g", Unit::Tablet, "500 mg", Some(500)),
            ("50 micrograms", Unit::Tablet, "0.1 mg", Some(2_000)),
            ("250 mg/5 mL", Unit::Ml, "25 mg", Some(500)),
            ("100 mg/mL", Unit::Ml, "250 mg", Some(2_500)),
            ("100 micrograms/dose", Unit::Puff, "200 mcg", Some(2_000)),
            ("1,000 units", Unit::Capsule, "2000 IU", Some(2_000)),
            ("2.4 million units", Unit::Vial, "1200000 units", None),
            ("2.4 million units", Unit::Vial, "2.4 million units", Some(1_000)),
            // What does not come out, or what nobody could take.
            ("400 mg", Unit::Tablet, "300 mg", None),
            ("500 mg", Unit::Capsule, "250 mg", None),
            ("120 mg/5 mL", Unit::Ml, "100 mg", None),
            ("500 mg", Unit::Tablet, "500 units", None),
            ("500 mg", Unit::Tablet, "2 capsules", None),
            // What a strength does not say of this unit.
            ("75 mg/3 mL", Unit::Ampoule, "75 mg", None),
            ("500 mg + 125 mg", Unit::Tablet, "500 mg", None),
            ("1%", Unit::Tube, "1 g", None),
            ("10 mL", Unit::Vial, "10 mg", None),
            ("", Unit::Tablet, "5 mg", None),
        ] {
            let found = Holds::of(strength, unit).and_then(|holds| holds.dose_of(typed, unit));
            assert_eq!(found, dose, "{typed} of {strength}");
        }
    }
}
