//! What a taking asks for at once: by its whole score, and without one by a sign that is grave alone (rule W3). The boards
//! never show a part of a score: it would look like a low one.

use super::news2::{self, Escalation, News2, Unscored};
use super::ranges::range_of;
use super::signs::{Consciousness, Sign, Taken};

/// Why somebody goes before others and the doctors are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// What follows; never nothing.
    pub escalation: Escalation,
    /// What the boards say: `NEWS2 8: emergency`, `Oxygen saturation 75 %: critical`.
    pub words: String,
    /// The higher, the more urgent.
    pub rank: i64,
}

impl Alarm {
    /// Of a taking; none where nothing in it asks for anything. `age` in whole years, none where it is not known.
    pub fn of(taken: &Taken, age: Option<u32>) -> Option<Self> {
        match News2::of(taken, age) {
            Ok(score) => Alarm::of_score(&score),
            Err(why) => Alarm::of_signs(&grave(taken, age, &why)),
        }
    }

    fn of_score(score: &News2) -> Option<Self> {
        let total = score.total;
        let words = match score.escalation() {
            Escalation::None => return None,
            Escalation::Emergency => format!("NEWS2 {total}: emergency"),
            Escalation::Urgent if total >= 5 => format!("NEWS2 {total}: urgent"),
            Escalation::Urgent => format!("NEWS2 {total} with a single 3: urgent"),
        };
        let rank = i64::from(total) + if score.has_red() { 3 } else { 0 };
        Some(Alarm { escalation: score.escalation(), words, rank })
    }

    /// Each sign counts as the single 3 that it would be in a score.
    fn of_signs(grave: &[String]) -> Option<Self> {
        if grave.is_empty() {
            return None;
        }
        let rank = 3 + 3 * i64::try_from(grave.len()).unwrap_or(0);
        let words = format!("{}: critical", grave.join(", "));
        Some(Alarm { escalation: Escalation::Urgent, words, rank })
    }
}

/// The signs that are grave whatever else would be measured, in words.
fn grave(taken: &Taken, age: Option<u32>, why: &Unscored) -> Vec<String> {
    let mut grave = Vec::new();
    for sign in Sign::ALL {
        let Some(value) = taken.measured.of(*sign) else { continue };
        let of_range = range_of(*sign, age).is_some_and(|range| range.level(value).is_critical());
        let is_grave = match sign {
            // What somebody says of the pain is no sign of collapse.
            Sign::Pain => false,
            // 88 to 92 % is what a clinician wants for this person.
            Sign::OxygenSaturation if taken.second_scale => news2::is_three(*sign, value, taken),
            Sign::Temperature
            | Sign::Pulse
            | Sign::Respiration
            | Sign::OxygenSaturation
            | Sign::Systolic
            | Sign::Diastolic
            | Sign::Weight
            | Sign::Height => of_range || adds_three(*sign, value, taken, why),
        };
        if is_grave {
            grave.push(after(&grave, format!("{sign} {}", sign.amount(value))));
        }
    }
    if let Some(awake) = taken.consciousness.filter(|awake| *awake != Consciousness::Alert) {
        grave.push(after(&grave, awake.label().to_owned()));
    }
    grave
}

/// The words as they stand behind others in one sentence.
fn after(others: &[String], words: String) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if !others.is_empty() => format!("{}{}", first.to_lowercase(), letters.as_str()),
        Some(_) | None => words,
    }
}

/// Whether it is a 3 of a score that was made for this person.
fn adds_three(sign: Sign, value: i64, taken: &Taken, why: &Unscored) -> bool {
    match why {
        Unscored::Incomplete(_) => news2::is_three(sign, value, taken),
        Unscored::NotFor(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::model::{Measured, Oxygen};

    fn taken(measured: Measured) -> Taken {
        Taken { measured, oxygen: Some(Oxygen::Air), ..Taken::default() }
    }

    #[test]
    fn a_part_of_a_score_is_never_told_but_a_grave_sign_is() {
        let low = Measured { oxygen_saturation: Some(75), systolic: Some(75), ..Measured::default() };
        let alarm = Alarm::of(&taken(low), Some(30)).unwrap();
        assert_eq!(alarm.words, "Oxygen saturation 75 %, systolic pressure 75 mmHg: critical");
        assert_eq!((alarm.escalation, alarm.rank), (Escalation::Urgent, 9));
        let fair = Measured { oxygen_saturation: Some(93), systolic: Some(95), ..Measured::default() };
        assert_eq!(Alarm::of(&taken(fair), Some(30)), None);
        let high = Measured { systolic: Some(220), ..Measured::default() };
        assert!(Alarm::of(&taken(high), Some(30)).is_some());
    }

    #[test]
    fn for_those_without_a_score_the_limits_of_their_age_decide() {
        let fast = Measured { pulse: Some(135), ..Measured::default() };
        assert_eq!(Alarm::of(&taken(fast), Some(3)), None, "usual for a child");
        let pregnant = Taken { pregnant: Some(true), ..taken(fast) };
        assert_eq!(Alarm::of(&pregnant, Some(24)).unwrap().words, "Pulse 135 /min: critical");
        let asleep = Taken { consciousness: Some(Consciousness::Unresponsive), ..Taken::default() };
        assert_eq!(Alarm::of(&asleep, None).unwrap().words, "Does not answer: critical");
        let sore = Measured { pain: Some(9), ..Measured::default() };
        assert_eq!(Alarm::of(&taken(sore), Some(30)), None);
    }

    #[test]
    fn what_a_clinician_aims_at_is_not_grave() {
        let at = |value| Measured { oxygen_saturation: Some(value), ..Measured::default() };
        let aimed = |value| Taken { second_scale: true, ..taken(at(value)) };
        assert_eq!(Alarm::of(&aimed(89), Some(60)), None);
        assert!(Alarm::of(&aimed(83), Some(60)).is_some());
    }
}
