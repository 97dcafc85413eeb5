//! What is usual of each sign by age, and what is far from it (rule W2). A flag says more than a colour: it is stored with
//! the range it was judged by. The body mass index of those who grow differs by sex; of the other signs none of the sources
//! below gives a range that does.
//!
//! Adults: the band that NEWS2 scores with nothing where it scores the sign at all; pressure and body mass index by WHO.
//! Children: the ranges by age that advanced paediatric life support teaches (APLS), rounded to what a clinic can read; the
//! body mass index by WHO.

use chrono::NaiveDate;

use super::growth;
use super::signs::{Oxygen, Sign, Taken};
use crate::patients::model::Sex;
use crate::settings::model::age_on;
use crate::words;

words! {
    /// How a value stands to its range.
    pub enum Level {
        CriticalLow = "critical_low" => "Critically low",
        Low = "low" => "Low",
        Usual = "usual" => "Usual",
        High = "high" => "High",
        CriticalHigh = "critical_high" => "Critically high",
    }
}

impl Level {
    /// Whether somebody should look at it.
    pub fn is_flagged(self) -> bool {
        self != Level::Usual
    }

    /// Whether somebody should look at it now.
    pub fn is_critical(self) -> bool {
        matches!(self, Level::CriticalLow | Level::CriticalHigh)
    }
}

/// What is usual, in the last digit of the sign, and beyond what it is critical; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The lowest usual value.
    pub low: i64,
    /// The highest usual value.
    pub high: i64,
    /// This and less is critical.
    pub critical_low: Option<i64>,
    /// This and more is critical.
    pub critical_high: Option<i64>,
}

impl Range {
    const fn new(low: i64, high: i64, critical_low: Option<i64>, critical_high: Option<i64>) -> Self {
        Range { low, high, critical_low, critical_high }
    }

    /// How a value stands to it.
    pub fn level(&self, value: i64) -> Level {
        if self.critical_low.is_some_and(|limit| value <= limit) {
            Level::CriticalLow
        } else if self.critical_high.is_some_and(|limit| value >= limit) {
            Level::CriticalHigh
        } else if value < self.low {
            Level::Low
        } else if value > self.high {
            Level::High
        } else {
            Level::Usual
        }
    }
}

/// The range of a sign at an age in whole years; none for what depends on the person alone (weight, height) and where the
/// age is not known.
pub fn range_of(sign: Sign, age: Option<u32>) -> Option<Range> {
    match sign {
        Sign::Temperature => return Some(Range::new(361, 375, Some(350), Some(400))),
        Sign::OxygenSaturation => return Some(Range::new(96, 100, Some(91), None)),
        Sign::Pain => return Some(Range::new(0, 3, None, Some(8))),
        Sign::Weight | Sign::Height => return None,
        Sign::Pulse | Sign::Respiration | Sign::Systolic | Sign::Diastolic => {}
    }
    let of_age = match age? {
        0 => [(110, 160), (30, 40), (70, 90)],
        1 => [(110, 150), (25, 35), (80, 95)],
        2..=4 => [(95, 140), (25, 30), (80, 100)],
        5..=11 => [(80, 120), (20, 25), (90, 110)],
        12..=15 => [(60, 100), (15, 20), (100, 120)],
        16.. => [(51, 90), (12, 20), (101, 139)],
    };
    let adult = age? >= 16;
    let child = |(low, high): (i64, i64)| Range::new(low, high, Some(low * 3 / 4), Some(high * 5 / 4));
    match sign {
        Sign::Pulse if adult => Some(Range::new(51, 90, Some(40), Some(131))),
        Sign::Pulse => Some(child(of_age[0])),
        Sign::Respiration if adult => Some(Range::new(12, 20, Some(8), Some(25))),
        Sign::Respiration => Some(child(of_age[1])),
        Sign::Systolic if adult => Some(Range::new(101, 139, Some(90), Some(180))),
        Sign::Systolic => Some(child(of_age[2])),
        Sign::Diastolic if adult => Some(Range::new(60, 89, Some(40), Some(120))),
        Sign::Diastolic
        | Sign::Temperature
        | Sign::OxygenSaturation
        | Sign::Weight
        | Sign::Height
        | Sign::Pain => None,
    }
}

/// Where a clinician aims at 88 to 92 % saturation (the second scale of NEWS2, Royal College of Physicians, 2017): critical is
/// what adds three there.
const AIMED: Range = Range::new(88, 92, Some(83), Some(97));

/// The range of a sign where a saturation is judged by the second scale, or is not; above its aim only given oxygen counts,
/// which [`judge`] knows.
pub fn range_on(second_scale: bool, sign: Sign, age: Option<u32>) -> Option<Range> {
    if second_scale && sign == Sign::OxygenSaturation { Some(AIMED) } else { range_of(sign, age) }
}

/// How a sign of a taking stands, with its value and its range; none where it was not taken or has none. `age` in whole years.
pub fn judge(sign: Sign, taken: &Taken, age: Option<u32>) -> Option<(i64, Level, Range)> {
    let (value, range) = (taken.measured.of(sign)?, range_on(taken.second_scale, sign, age)?);
    let on_air = taken.oxygen != Some(Oxygen::Given);
    // Whoever breathes air that well has not been given too much. Where nobody wrote down what was breathed, it was air.
    let is_well = range == AIMED && on_air && value > range.high;
    Some((value, if is_well { Level::Usual } else { range.level(value) }, range))
}

/// Adults of WHO, in years.
const GROWN: u32 = 19;

/// The range of the body mass index on `day`, in tenths of kg/m² (WHO): one for all adults, before that one for each month of
/// age and sex. None below five years, and where either is not known.
pub fn bmi_range(born: Option<NaiveDate>, day: NaiveDate, sex: Sex) -> Option<Range> {
    let born = born?;
    if age_on(day, born)? >= GROWN {
        return Some(Range::new(185, 249, Some(159), Some(400)));
    }
    growth::range_at(growth::months_on(day, born), sex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::model::Measured;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_a_range_belong_to_it() {
        let pulse = range_of(Sign::Pulse, Some(20)).unwrap();
        let levels = [
            (40, Level::CriticalLow),
            (41, Level::Low),
            (50, Level::Low),
            (51, Level::Usual),
            (90, Level::Usual),
        ];
        for (value, level) in
            levels.into_iter().chain([(91, Level::High), (130, Level::High), (131, Level::CriticalHigh)])
        {
            assert_eq!(pulse.level(value), level, "{value}");
        }
        let warm = range_of(Sign::Temperature, None).unwrap();
        assert_eq!(warm.level(375), Level::Usual);
        assert_eq!(warm.level(376), Level::High);
        assert_eq!(warm.level(400), Level::CriticalHigh);
    }

    #[test]
    fn what_a_clinician_aims_at_is_usual_and_more_counts_only_while_oxygen_is_given() {
        let level = |value, oxygen, second_scale| {
            let measured = Measured { oxygen_saturation: Some(value), ..Measured::default() };
            let taken = Taken { measured, oxygen, second_scale, ..Taken::default() };
            judge(Sign::OxygenSaturation, &taken, Some(60)).unwrap().1
        };
        let given = Some(Oxygen::Given);
        for (value, oxygen, expected) in [
            (83, Some(Oxygen::Air), Level::CriticalLow),
            (84, given, Level::Low),
            (87, given, Level::Low),
            (88, None, Level::Usual),
            (92, given, Level::Usual),
            (93, given, Level::High),
            (96, given, Level::High),
            (97, given, Level::CriticalHigh),
            (93, Some(Oxygen::Air), Level::Usual),
            (99, None, Level::Usual),
        ] {
            assert_eq!(level(value, oxygen, true), expected, "{value}");
        }
        assert_eq!(level(90, given, false), Level::CriticalLow);
        assert_eq!(level(97, given, false), Level::Usual);
    }

    #[test]
    fn what_depends_on_the_person_alone_is_not_judged() {
        assert_eq!(range_of(Sign::Weight, Some(30)), None);
        assert_eq!(range_of(Sign::Pulse, None), None);
        let day = |year| NaiveDate::from_ymd_opt(year, 11, 9).unwrap();
        let level = |born: i32, sex| bmi_range(Some(day(born)), day(2026), sex).map(|range| range.level(250));
        assert_eq!(level(2007, Sex::Unknown), Some(Level::High));
        assert_eq!(level(2008, Sex::Unknown), None);
        assert_eq!(level(2008, Sex::Male), Some(Level::High));
        assert_eq!(level(2008, Sex::Female), Some(Level::High));
        assert_eq!(bmi_range(None, day(2026), Sex::Male), None);
    }

    proptest! {
        #[test]
        fn a_range_lies_within_what_can_be_true_and_in_order(age in 0_u32..120) {
            for sign in Sign::ALL {
                let Some(range) = range_of(*sign, Some(age)) else { continue };
                let (lowest, highest) = sign.limits();
                prop_assert!(lowest <= range.low && range.low < range.high && range.high <= highest, "{sign} {age}");
                prop_assert!(range.critical_low.is_none_or(|limit| lowest <= limit && limit < range.low), "{sign} {age}");
                prop_assert!(range.critical_high.is_none_or(|limit| range.high < limit && limit <= highest), "{sign} {age}");
            }
        }
    }
}
