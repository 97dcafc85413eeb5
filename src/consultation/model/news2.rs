//! The early-warning score NEWS2 (rule W3). Source of the bands: Royal College of Physicians, National Early Warning
//! Score 2, 2017. It is for people of 16 and more who are not pregnant.

use super::signs::{Consciousness, Oxygen, Sign, Taken};

/// The youngest age that it scores.
const FROM_AGE: u32 = 16;

/// What one input adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What was looked at.
    pub what: &'static str,
    /// 0 to 3.
    pub points: u32,
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unscored {
    /// The score was not made for this person.
    NotFor(&'static str),
    /// Inputs that are not there. A part of the score would look like a low one, so there is none.
    Incomplete(Vec<&'static str>),
}

/// A whole score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News2 {
    /// 0 to 20.
    pub total: u32,
    /// What each of the seven inputs adds.
    pub parts: [Part; 7],
}

/// What follows from a score in a clinic (our mapping of the ward's responses; rule W3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escalation {
    /// 0 to 4 without a single 3.
    None,
    /// 5 or 6, or a single 3: goes before others, the doctor is told.
    Urgent,
    /// 7 and more: the emergency procedure as well.
    Emergency,
}

impl Escalation {
    /// What follows from a total, and from whether one part of it is a 3.
    pub const fn of(total: u32, red: bool) -> Self {
        match total {
            7.. => Escalation::Emergency,
            5..=6 => Escalation::Urgent,
            _ if red => Escalation::Urgent,
            _ => Escalation::None,
        }
    }
}

/// What a person of the clinic reads about each response.
pub struct Responses;

impl Responses {
    /// The sentence beside a score.
    pub const fn of(escalation: Escalation) -> &'static str {
        match escalation {
            Escalation::None => "Low. Goes on in the queue as usual.",
            Escalation::Urgent => "Urgent. Goes before others, and the doctors have been told.",
            Escalation::Emergency => "Emergency. Call for help now. The doctors have been told.",
        }
    }

    /// The same where the patient has left the line.
    pub const fn after(escalation: Escalation) -> &'static str {
        match escalation {
            Escalation::None => "Low.",
            Escalation::Urgent => "Urgent at that time. The patient is not in the queue now.",
            Escalation::Emergency => "An emergency at that time. The patient is not in the queue now.",
        }
    }
}

impl News2 {
    /// Scores a taking. `age` in whole years, none where the date of birth is not known.
    ///
    /// # Errors
    /// [`Unscored`] says for whom it is not, or what is missing: all seven inputs or none.
    pub fn of(taken: &Taken, age: Option<u32>) -> Result<Self, Unscored> {
        match age {
            None => return Err(Unscored::NotFor("people whose age is not recorded")),
            Some(age) if age < FROM_AGE => return Err(Unscored::NotFor("people under 16")),
            Some(_) => {}
        }
        if taken.pregnant == Some(true) {
            return Err(Unscored::NotFor("pregnancy"));
        }
        let signs = &taken.measured;
        let mut missing = Vec::new();
        let mut need = |there: bool, name: &'static str| {
            if !there {
                missing.push(name);
            }
        };
        need(signs.respiration.is_some(), "respiration");
        need(signs.oxygen_saturation.is_some(), "oxygen saturation");
        need(taken.oxygen.is_some(), "air or oxygen");
        need(signs.systolic.is_some(), "systolic pressure");
        need(signs.pulse.is_some(), "pulse");
        need(taken.consciousness.is_some(), "consciousness");
        need(signs.temperature.is_some(), "temperature");
        let (
            Some(breaths),
            Some(saturation),
            Some(oxygen),
            Some(systolic),
            Some(pulse),
            Some(awake),
            Some(warmth),
        ) = (
            signs.respiration,
            signs.oxygen_saturation,
            taken.oxygen,
            signs.systolic,
            signs.pulse,
            taken.consciousness,
            signs.temperature,
        )
        else {
            return Err(Unscored::Incomplete(missing));
        };
        let on_scale =
            if taken.second_scale { second_scale(saturation, oxygen) } else { first_scale(saturation) };
        let parts = [
            Part { what: "Respiration", points: respiration(breaths) },
            Part { what: "Oxygen saturation", points: on_scale },
            Part { what: "Air or oxygen", points: if oxygen == Oxygen::Given { 2 } else { 0 } },
            Part { what: "Systolic pressure", points: pressure(systolic) },
            Part { what: "Pulse", points: heart(pulse) },
            Part { what: "Consciousness", points: if awake == Consciousness::Alert { 0 } else { 3 } },
            Part { what: "Temperature", points: temperature(warmth) },
        ];
        Ok(News2 { total: parts.iter().map(|part| part.points).sum(), parts })
    }

    /// Whether one input alone adds three.
    pub fn has_red(&self) -> bool {
        self.parts.iter().any(|part| part.points == 3)
    }

    /// What follows.
    pub fn escalation(&self) -> Escalation {
        Escalation::of(self.total, self.has_red())
    }
}

/// Whether a sign adds three whatever else is missing. Where nobody wrote down what was breathed, it was air: that adds less.
pub(super) fn is_three(sign: Sign, value: i64, taken: &Taken) -> bool {
    let points = match sign {
        Sign::Respiration => respiration(value),
        Sign::OxygenSaturation if taken.second_scale => {
            second_scale(value, taken.oxygen.unwrap_or(Oxygen::Air))
        }
        Sign::OxygenSaturation => first_scale(value),
        Sign::Systolic => pressure(value),
        Sign::Pulse => heart(value),
        Sign::Temperature => temperature(value),
        Sign::Diastolic | Sign::Weight | Sign::Height | Sign::Pain => 0,
    };
    points == 3
}

fn respiration(breaths: i64) -> u32 {
    match breaths {
        ..=8 => 3,
        9..=11 => 1,
        12..=20 => 0,
        21..=24 => 2,
        25.. => 3,
    }
}

fn first_scale(saturation: i64) -> u32 {
    match saturation {
        ..=91 => 3,
        92..=93 => 2,
        94..=95 => 1,
        96.. => 0,
    }
}

/// For those whose saturation is meant to be 88 to 92 %; above that only given oxygen counts against it.
fn second_scale(saturation: i64, oxygen: Oxygen) -> u32 {
    match (saturation, oxygen) {
        (..=83, _) => 3,
        (84..=85, _) => 2,
        (86..=87, _) => 1,
        (88..=92, _) | (93.., Oxygen::Air) => 0,
        (93..=94, Oxygen::Given) => 1,
        (95..=96, Oxygen::Given) => 2,
        (97.., Oxygen::Given) => 3,
    }
}

fn pressure(systolic: i64) -> u32 {
    match systolic {
        ..=90 => 3,
        91..=100 => 2,
        101..=110 => 1,
        111..=219 => 0,
        220.. => 3,
    }
}

fn heart(pulse: i64) -> u32 {
    match pulse {
        ..=40 => 3,
        41..=50 => 1,
        51..=90 => 0,
        91..=110 => 1,
        111..=130 => 2,
        131.. => 3,
    }
}

/// Of tenths of a degree.
fn temperature(tenths: i64) -> u32 {
    match tenths {
        ..=350 => 3,
        351..=360 => 1,
        361..=380 => 0,
        381..=390 => 1,
        391.. => 2,
    }
}

#[cfg(test)]
#[path = "news2_tests.rs"]
mod tests;
