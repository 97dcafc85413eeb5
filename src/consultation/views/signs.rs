//! The vital signs of a visit beside the consultation: each sign as it was measured last, with its time where that is not
//! the time of the newest taking.

use super::ConsultPage;
use crate::consultation::model::{Consciousness, Escalation, News2, Oxygen, Sign};
use crate::consultation::store::signs::{INPUTS, Score};
use crate::consultation::store::vitals::{Flag, Vitals};
use crate::web::paths;

/// A sign as the page shows it.
#[derive(Debug)]
pub struct Shown {
    /// What it is.
    pub name: &'static str,
    /// How much, with the unit.
    pub amount: String,
    /// The tag's kind and the words of what is out of its range.
    pub mark: Option<(&'static str, String)>,
    /// When, where it is not of the newest taking.
    pub at: Option<String>,
}

/// The early-warning score in words.
#[derive(Debug)]
pub struct ScoreLine {
    /// The tag's kind.
    pub kind: &'static str,
    /// `NEWS2 8, emergency`
    pub words: String,
    /// The taking of an earlier score, with its time.
    pub of: Option<(String, String)>,
    /// What else there is to say of it; empty for nothing.
    pub more: String,
}

impl Escalation {
    /// The tag's kind.
    fn tag(self) -> &'static str {
        match self {
            Escalation::None => "plain",
            Escalation::Urgent => "wait",
            Escalation::Emergency => "danger",
        }
    }

    /// `, emergency`
    fn after_the_number(self) -> &'static str {
        match self {
            Escalation::None => "",
            Escalation::Urgent => ", urgent",
            Escalation::Emergency => ", emergency",
        }
    }
}

/// `weight and pulse`
fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => String::new(),
    }
}

impl ConsultPage {
    /// How the score of the visit stands; none where none is made for this person.
    pub fn score(&self) -> Option<ScoreLine> {
        let whole = |score: &News2| {
            let how = score.escalation();
            (how.tag(), format!("NEWS2 {}{}", score.total, how.after_the_number()))
        };
        match self.vitals.score() {
            Score::Now(score, _) => {
                let (kind, words) = whole(&score);
                Some(ScoreLine { kind, words, of: None, more: String::new() })
            }
            Score::Before(score, taking, since) => {
                let (kind, words) = whole(&score);
                let time = self.page.clinic.clock(taking.taken_at);
                let of = Some((paths::consultation::taking(taking.id), time));
                let more = format!("Since then only {}, not the whole score.", listed(&since));
                Some(ScoreLine { kind, words, of, more })
            }
            Score::NotWhole(inputs) => {
                let words = format!("NEWS2 not whole: {inputs} of {INPUTS} signs");
                Some(ScoreLine { kind: "plain", words, of: None, more: String::new() })
            }
            Score::None => None,
        }
    }

    /// What was measured last of each sign.
    pub fn measured(&self) -> Vec<Shown> {
        let signs = Sign::ALL.iter().filter(|sign| **sign != Sign::Diastolic);
        let mut shown: Vec<Shown> = signs.filter_map(|sign| self.measured_of(*sign)).collect();
        if let Some((awake, of)) = self.vitals.consciousness() {
            let mark = (awake != Consciousness::Alert).then(|| ("danger", "Not alert".to_owned()));
            let amount = awake.label().to_owned();
            shown.push(Shown { name: "Consciousness", amount, mark, at: self.when(of) });
        }
        if let Some((Oxygen::Given, of)) = self.vitals.oxygen() {
            let amount = Oxygen::Given.label().to_owned();
            shown.push(Shown { name: "Breathes", amount, mark: None, at: self.when(of) });
        }
        shown
    }

    fn measured_of(&self, sign: Sign) -> Option<Shown> {
        let (value, of) = self.vitals.of(sign)?;
        let marked = |flag: Flag| (flag.kind(), flag.words());
        let mark = of.flag(sign);
        let (name, amount, mark) = match of.measured.diastolic.filter(|_| sign == Sign::Systolic) {
            Some(low) => {
                let amount = format!("{value}/{}", Sign::Diastolic.amount(low));
                ("Blood pressure", amount, mark.or_else(|| of.flag(Sign::Diastolic)))
            }
            None => (sign.label(), sign.amount(value), mark),
        };
        Some(Shown { name, amount, mark: mark.map(marked), at: self.when(of) })
    }

    /// The time of a taking that is not the newest.
    fn when(&self, of: &Vitals) -> Option<String> {
        let newest = self.vitals.newest()?;
        (newest.id != of.id).then(|| self.page.clinic.clock(of.taken_at))
    }
}
