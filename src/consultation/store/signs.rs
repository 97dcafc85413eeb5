//! What stands of the vital signs of a visit: each sign as it was measured last, and the last whole score. A second taking
//! of one sign alone hides nothing of the first.

use super::vitals::{Flag, Vitals};
use crate::consultation::model::{Consciousness, News2, Oxygen, Sign, Unscored};

/// The takings of one visit that stand.
#[derive(Debug, Clone, Default)]
pub struct Signs(Vec<Vitals>);

/// How the early-warning score stands.
#[derive(Debug, Clone)]
pub enum Score<'a> {
    /// Whole, of what was measured last.
    Now(News2, &'a Vitals),
    /// Whole, but something was measured since then that makes no score; what that was.
    Before(News2, &'a Vitals, Vec<&'static str>),
    /// What was measured last makes no whole score, and nothing before it does; how many of its inputs are there.
    NotWhole(usize),
    /// There is none for this person, or nothing was measured.
    None,
}

/// The inputs of a score.
pub const INPUTS: usize = 7;

impl Signs {
    /// Takings that nobody corrected, the last measured first.
    pub fn new(takings: Vec<Vitals>) -> Self {
        Signs(takings)
    }

    /// What was measured last.
    pub fn newest(&self) -> Option<&Vitals> {
        self.0.first()
    }

    /// The takings, the last measured first.
    pub fn takings(&self) -> &[Vitals] {
        &self.0
    }

    fn last<T>(&self, of: impl Fn(&Vitals) -> Option<T>) -> Option<(T, &Vitals)> {
        self.0.iter().find_map(|taking| of(taking).map(|value| (value, taking)))
    }

    /// The last value of a sign, and the taking it is of.
    pub fn of(&self, sign: Sign) -> Option<(i64, &Vitals)> {
        self.last(|taking| taking.measured.of(sign))
    }

    /// How awake the patient was last.
    pub fn consciousness(&self) -> Option<(Consciousness, &Vitals)> {
        self.last(|taking| taking.consciousness)
    }

    /// What the patient breathed when the saturation was measured last.
    pub fn oxygen(&self) -> Option<(Oxygen, &Vitals)> {
        self.last(|taking| taking.oxygen)
    }

    /// The last whole score, and the taking it is of.
    pub fn scored(&self) -> Option<(News2, &Vitals)> {
        self.last(|taking| taking.score().ok())
    }

    /// The last whole score, with what has happened since.
    pub fn score(&self) -> Score<'_> {
        let Some(newest) = self.newest() else { return Score::None };
        if let Some((score, taking)) = self.scored() {
            if taking.id == newest.id {
                return Score::Now(score, taking);
            }
            let newer = || self.0.iter().take_while(|one| one.id != taking.id);
            let since = |sign: &&Sign| newer().any(|one| one.measured.of(**sign).is_some());
            let mut names: Vec<&str> = Sign::ALL.iter().filter(since).map(|sign| sign.label()).collect();
            if newer().any(|one| one.consciousness.is_some()) {
                names.push("Consciousness");
            }
            return Score::Before(score, taking, names);
        }
        match newest.score() {
            Err(Unscored::Incomplete(missing)) => Score::NotWhole(INPUTS - missing.len()),
            Ok(_) | Err(Unscored::NotFor(_)) => Score::None,
        }
    }
}

impl Vitals {
    /// The flag of a sign that is out of its range.
    pub fn flag(&self, sign: Sign) -> Option<Flag> {
        self.flags().into_iter().find(|flag| flag.sign == sign.as_str())
    }
}
