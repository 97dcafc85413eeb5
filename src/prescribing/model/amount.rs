//! Amounts: doses in thousandths of a unit, quantities in whole units (rules R2 and K9). No floating point anywhere.

use super::{Frequency, Holds, Unit};
use crate::numbers::grouped;

/// The largest quantity of a line, in units; the table holds no more.
pub const MOST: i64 = 10_000;

/// `2`, `0.5`, `1.25`: no trailing zero, a leading one (experience C2).
pub fn plain_number(thousandths: i64) -> String {
    let (whole, part) = (thousandths / 1_000, (thousandths % 1_000).abs());
    let mut text = grouped(whole);
    if part > 0 {
        text.push('.');
        text.push_str(format!("{part:03}").trim_end_matches('0'));
    }
    text
}

/// `0.5 tablet`, `10 mL`: a space between the number and its unit (experience C2).
pub fn amount_words(thousandths: i64, unit: Unit) -> String {
    format!("{} {}", plain_number(thousandths), unit.word(thousandths))
}

/// What holds a unit that is not divided: `bottle of 100 mL`.
pub fn container_words(unit: Unit, step: i64, containers: i64) -> String {
    let name = match unit {
        Unit::Puff => "container",
        Unit::Ml | Unit::Drop => "bottle",
        Unit::Tablet
        | Unit::Capsule
        | Unit::Tube
        | Unit::Ampoule
        | Unit::Vial
        | Unit::Bottle
        | Unit::Sachet
        | Unit::Suppository
        | Unit::Pessary
        | Unit::Patch
        | Unit::Piece => "pack",
    };
    let plural = if containers == 1 { "" } else { "s" };
    format!("{containers} {name}{plural} of {}", amount_words(step.saturating_mul(1_000), unit))
}

/// `15 tablets`, or `200 mL (2 bottles of 100 mL)` where only whole containers are given.
pub fn quantity_words(units: i64, unit: Unit, step: i64) -> String {
    let all = amount_words(units.saturating_mul(1_000), unit);
    if step > 1 && units % step == 0 {
        format!("{all} ({})", container_words(unit, step, units / step))
    } else {
        all
    }
}

/// The number that was typed, and the word behind it.
pub(super) fn apart(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (number, word) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
    (number.trim_end(), word)
}

/// Reads a dose as people type it: `1`, `0.5`, `.5`, `1/2`, `½`, `1½`, `10 mL`, `2 tablets`. Only the line's
/// own unit may stand behind the number: `400 mg` are not 400 tablets. What it would be of this strength is
/// named, and never taken silently.
///
/// # Errors
/// A sentence that says what to enter.
pub fn parse_dose(text: &str, unit: Unit, holds: Option<Holds>) -> Result<i64, String> {
    let (number, word) = apart(text);
    if !word.is_empty() && !unit.is_called(word) {
        return Err(other_unit(text.trim(), unit, holds));
    }
    let (whole, half) = match number.strip_suffix('½') {
        Some(whole) => (whole.trim(), 500),
        None => (number, 0),
    };
    let thousandths = match (whole, half) {
        ("", 500) => Some(500),
        ("1/2", 0) => Some(500),
        ("1/4", 0) => Some(250),
        (whole, 500) => whole.parse::<u32>().ok().map(|whole| i64::from(whole) * 1_000 + 500),
        (number, _) => decimal(number),
    };
    let thousandths = thousandths.ok_or("Enter the dose as a number, for example 1 or 0.5")?;
    if (1..=1_000_000).contains(&thousandths) {
        Ok(thousandths)
    } else {
        Err("Enter a dose from 0.001 to 1000".to_owned())
    }
}

/// What to enter where nobody can take such a part of one ([`Unit::finest`]). What is measured or drawn up is divided at will:
/// half an ampoule of adrenaline is a usual dose, and how fine a syringe is marked nobody knows here.
pub fn not_divided(thousandths: i64, unit: Unit) -> Option<String> {
    let is_whole = thousandths % unit.finest() == 0;
    match unit {
        Unit::Ml | Unit::Tube | Unit::Ampoule | Unit::Vial | Unit::Bottle => None,
        _ if is_whole => None,
        Unit::Tablet => Some("A tablet is taken whole or in halves. Enter for example 1 or 0.5".to_owned()),
        Unit::Capsule
        | Unit::Drop
        | Unit::Puff
        | Unit::Sachet
        | Unit::Suppository
        | Unit::Pessary
        | Unit::Patch
        | Unit::Piece => Some(format!("A {} is not divided. Enter whole {}", unit.label(), unit.word(2_000))),
    }
}

/// What to enter instead of an amount in another unit.
fn other_unit(typed: &str, unit: Unit, holds: Option<Holds>) -> String {
    match holds.and_then(|holds| holds.dose_of(typed, unit)) {
        Some(dose) => {
            let (words, number) = (amount_words(dose, unit), plain_number(dose));
            format!("{typed} is {words} of this strength: enter {number}")
        }
        None => format!("Enter the dose in {}, for example 1", unit.word(2_000)),
    }
}

/// Reads a whole number behind which nothing stands but such a word: `20`, `20 tablets`.
pub(super) fn parse_whole(text: &str, is_own: impl Fn(&str) -> bool) -> Option<i64> {
    let (number, word) = apart(text);
    number.parse().ok().filter(|_| word.is_empty() || is_own(word))
}

/// Reads for how long something is taken, in days: `7`, `7 days`, `2 weeks`.
///
/// # Errors
/// A sentence that says what to enter; months have no number of days.
pub fn parse_days(text: &str) -> Result<i64, &'static str> {
    const WRONG: &str = "Enter a whole number of days from 1 to 365, or weeks, for example 7 or 2 weeks";
    let (number, word) = apart(text);
    let times = match word.to_lowercase().as_str() {
        "" | "day" | "days" => 1,
        "week" | "weeks" => 7,
        "month" | "months" => {
            return Err("Months differ in length. Enter days or weeks, for example 28 or 4 weeks");
        }
        _ => return Err(WRONG),
    };
    let days = number.parse::<i64>().ok().and_then(|number| number.checked_mul(times));
    days.filter(|days| (1..=365).contains(days)).ok_or(WRONG)
}

pub(super) fn decimal(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole)
        || !digits(part)
        || part.len() > 3
        || whole.len() > 7
        || (whole.is_empty() && part.is_empty())
    {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1_000 + part)
}

/// Rule P1: dose x frequency x days, rounded up to what can be dispensed (`step` units). None where it cannot be computed
/// (as needed, or more than [`MOST`]).
pub fn quantity(dose: i64, frequency: Frequency, days: i64, step: i64) -> Option<i64> {
    if dose < 1 || days < 1 || step < 1 {
        return None;
    }
    let doses = frequency.doses(days)?;
    let thousandths = i128::from(dose).checked_mul(i128::from(doses))?;
    let of_step = i128::from(step).checked_mul(1_000)?;
    let steps = (thousandths + of_step - 1) / of_step;
    let units = i64::try_from(steps * i128::from(step)).ok()?;
    (units <= MOST).then_some(units)
}
