//! How much of one strength stands for another one (rule P6): exact and such that it can be taken, or not at
//! all.

use crate::prescribing::model::Unit;

/// So many units of the medicine that is given stand for so many of the prescribed one, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// Units that are given.
    pub given: i64,
    /// Units of the prescribed medicine that they stand for.
    pub covers: i64,
}

impl Ratio {
    /// One for one.
    pub const SAME: Ratio = Ratio { given: 1, covers: 1 };

    /// Compares two strengths: `500 mg` and `250 mg` give two for one. Strengths of several parts (`80 mg/480 mg`), or in
    /// different units, stand for each other only when they read the same.
    pub fn of(prescribed: &str, other: &str) -> Option<Self> {
        if prescribed == other {
            return Some(Ratio::SAME);
        }
        let ((many, unit), (few, same)) = (amount(prescribed)?, amount(other)?);
        if unit != same {
            return None;
        }
        Some(Ratio::lowest(many, few))
    }

    /// So many given ones for so many prescribed ones, in lowest terms; neither is zero.
    pub const fn lowest(given: i64, covers: i64) -> Self {
        let by = gcd(given, covers);
        Ratio { given: given / by, covers: covers / by }
    }

    /// How many are given for so many prescribed ones; none when it does not come out even.
    pub fn given_for(self, covers: i64) -> Option<i64> {
        (covers % self.covers == 0).then(|| covers / self.covers * self.given)
    }

    /// How many prescribed ones stand behind so many given ones; none when it does not come out even.
    pub fn covered_by(self, given: i64) -> Option<i64> {
        (given % self.given == 0).then(|| given / self.given * self.covers)
    }
}

/// A dose that cannot be taken of what would be given instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the prescribed dose cannot be taken with it")]
pub struct CannotTake;

/// Words of a name that tell of a tablet which must not be broken.
const SLOW: [&str; 16] = [
    "modified",
    "sustained",
    "extended",
    "prolonged",
    "controlled",
    "delayed",
    "retard",
    "coated",
    "enteric",
    "resistant",
    "mr",
    "sr",
    "er",
    "xr",
    "xl",
    "ec",
];
/// What the advice says of one.
const UNBROKEN: [&str; 6] =
    ["swallow whole", "swallowed whole", "not crush", "not break", "not chew", "not divide"];

/// Whether a tablet is swallowed whole, as far as its name and its advice say: it lets go of its medicine
/// slowly, or has a coat that must not break.
pub fn is_swallowed_whole(name: &str, advice: &str) -> bool {
    let (name, advice) = (name.to_lowercase(), advice.to_lowercase());
    name.split(|c: char| !c.is_alphanumeric()).any(|word| SLOW.contains(&word))
        || UNBROKEN.iter().any(|words| advice.contains(words))
}

/// The dose of what is given instead, in thousandths of its unit. It holds exactly what was prescribed, and
/// somebody can take it ([`Unit::finest`]; a tablet that is swallowed whole is not halved). Counted in the
/// same unit at the same strength it is taken as the prescriber wrote it.
///
/// # Errors
/// Where it is no such dose: nobody takes 0.333 of a capsule.
pub fn dose_instead(
    dose: i64,
    ratio: Ratio,
    prescribed: Unit,
    (given, whole): (Unit, bool),
) -> Result<i64, CannotTake> {
    let finest = if given == Unit::Tablet && whole {
        1_000
    } else if given == prescribed && ratio == Ratio::SAME {
        1
    } else {
        given.finest()
    };
    let all = dose.checked_mul(ratio.given).ok_or(CannotTake)?;
    let taken = all / ratio.covers;
    if all % ratio.covers == 0 && taken % finest == 0 { Ok(taken) } else { Err(CannotTake) }
}

/// `2.5 mg` as thousandths with its unit; none for anything that is not one number and one unit.
fn amount(strength: &str) -> Option<(i64, &str)> {
    let (number, unit) = strength.trim().split_once(' ')?;
    if unit.is_empty() || unit.contains(['/', '+', ' ']) {
        return None;
    }
    let number = number.replace(',', "");
    let (whole, part) = number.split_once('.').unwrap_or((&number, ""));
    if part.len() > 3 || whole.is_empty() {
        return None;
    }
    let thousandths: i64 = format!("{part:0<3}").parse().ok()?;
    let amount = whole.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)?;
    (amount > 0).then_some((amount, unit))
}

const fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
