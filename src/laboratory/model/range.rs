//! Which range holds for whom, and what a number is by it (rule L4).

use chrono::{DateTime, NaiveDate, Utc};

use super::Flag;
use crate::patients::model::Sex;
use crate::settings::model::Clinic;

/// A range of an analyte for a sex and an age. Numbers carry the decimals of their analyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// For whom; none is for everybody.
    pub sex: Option<Sex>,
    /// From this age on, in whole days.
    pub from_days: i64,
    /// Up to, but without, this age; none has no end.
    pub to_days: Option<i64>,
    /// Less is low.
    pub low: Option<i64>,
    /// More is high.
    pub high: Option<i64>,
    /// This or less is critical.
    pub critical_low: Option<i64>,
    /// This or more is critical.
    pub critical_high: Option<i64>,
}

/// Sex and age at the moment of collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeAt {
    /// Sex as the record carries it.
    pub sex: Sex,
    /// Whole days, where the birth date is known.
    pub days: Option<i64>,
}

impl AgeAt {
    /// Of somebody born on `born`, at a moment in the clinic.
    pub fn at(sex: Sex, born: Option<NaiveDate>, at: DateTime<Utc>, clinic: &Clinic) -> Self {
        let days = born.map(|born| (clinic.day_of(at) - born).num_days());
        AgeAt { sex, days: days.filter(|days| *days >= 0) }
    }
}

impl Range {
    fn fits_age(&self, days: Option<i64>) -> bool {
        match days {
            Some(days) => days >= self.from_days && self.to_days.is_none_or(|end| days < end),
            // Without a birth date only a range of every age is sure to be the right one.
            None => self.from_days == 0 && self.to_days.is_none(),
        }
    }

    /// One for this sex goes before one for everybody.
    fn fits_sex(&self, sex: Sex) -> bool {
        self.sex.is_none_or(|own| own == sex)
    }
}

/// The range by which a result is judged: the numbers that hold, and what is critical.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Less is low.
    pub low: Option<i64>,
    /// More is high.
    pub high: Option<i64>,
    /// This or less is critical.
    pub critical_low: Option<i64>,
    /// This or more is critical.
    pub critical_high: Option<i64>,
}

/// The range for somebody. Where none is sure to be right (no birth date, sex not known), there is no low and high, but
/// what is critical for anybody of the possible ages stays critical: a danger is never lost for want of a date.
pub fn pick(ranges: &[Range], who: AgeAt) -> Judged {
    let of_age: Vec<&Range> = ranges.iter().filter(|range| range.fits_age(who.days)).collect();
    let own = of_age.iter().find(|range| range.sex == Some(who.sex));
    if let Some(range) = own.or_else(|| of_age.iter().find(|range| range.fits_sex(who.sex))) {
        return Judged {
            low: range.low,
            high: range.high,
            critical_low: range.critical_low,
            critical_high: range.critical_high,
        };
    }
    let possible = |range: &&Range| who.days.is_none() || range.fits_age(who.days);
    let possible: Vec<&Range> = ranges.iter().filter(possible).collect();
    Judged {
        low: None,
        high: None,
        critical_low: possible.iter().filter_map(|range| range.critical_low).max(),
        critical_high: possible.iter().filter_map(|range| range.critical_high).min(),
    }
}

/// What a number is by its range.
pub fn judge(value: i64, by: &Judged) -> Flag {
    if by.critical_low.is_some_and(|limit| value <= limit) {
        Flag::CriticalLow
    } else if by.critical_high.is_some_and(|limit| value >= limit) {
        Flag::CriticalHigh
    } else if by.low.is_some_and(|limit| value < limit) {
        Flag::Low
    } else if by.high.is_some_and(|limit| value > limit) {
        Flag::High
    } else if by.low.is_none() && by.high.is_none() {
        Flag::None
    } else {
        Flag::Normal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(sex: Option<Sex>, ages: (i64, Option<i64>), normal: (i64, i64), critical: (i64, i64)) -> Range {
        Range {
            sex,
            from_days: ages.0,
            to_days: ages.1,
            low: Some(normal.0),
            high: Some(normal.1),
            critical_low: Some(critical.0),
            critical_high: Some(critical.1),
        }
    }

    /// Haemoglobin: children, women, men.
    fn haemoglobin() -> Vec<Range> {
        vec![
            range(None, (0, Some(4_383)), (110, 145), (70, 200)),
            range(Some(Sex::Female), (4_383, None), (120, 155), (70, 200)),
            range(Some(Sex::Male), (4_383, None), (130, 170), (65, 205)),
        ]
    }

    fn who(sex: Sex, days: Option<i64>) -> AgeAt {
        AgeAt { sex, days }
    }

    #[test]
    fn the_range_is_that_of_sex_and_age_and_every_edge_is_right() {
        let all = haemoglobin();
        let woman = pick(&all, who(Sex::Female, Some(7_300)));
        for (value, flag) in [
            (70, Flag::CriticalLow),
            (71, Flag::Low),
            (119, Flag::Low),
            (120, Flag::Normal),
            (155, Flag::Normal),
            (156, Flag::High),
            (199, Flag::High),
            (200, Flag::CriticalHigh),
        ] {
            assert_eq!(judge(value, &woman), flag, "{value}");
        }
        assert_eq!(judge(125, &pick(&all, who(Sex::Male, Some(7_300)))), Flag::Low);
        assert_eq!(judge(115, &pick(&all, who(Sex::Female, Some(4_382)))), Flag::Normal);
        assert_eq!(judge(115, &pick(&all, who(Sex::Female, Some(4_383)))), Flag::Low);
    }

    #[test]
    fn without_a_birth_date_or_sex_there_is_no_range_but_danger_stays() {
        let unknown = pick(&haemoglobin(), who(Sex::Unknown, None));
        assert_eq!((unknown.low, unknown.high), (None, None));
        assert_eq!(judge(125, &unknown), Flag::None);
        assert_eq!(judge(70, &unknown), Flag::CriticalLow);
        assert_eq!(judge(200, &unknown), Flag::CriticalHigh);
        let adult = pick(&haemoglobin(), who(Sex::Unknown, Some(9_000)));
        assert_eq!(adult.critical_low, Some(70));
    }

    #[test]
    fn the_age_is_that_of_the_day_of_collection_in_the_clinic() {
        let clinic = Clinic::fresh(DateTime::UNIX_EPOCH);
        let born = NaiveDate::from_ymd_opt(2026, 11, 1);
        let age = |at: &str| AgeAt::at(Sex::Male, born, at.parse().unwrap(), &clinic).days;
        assert_eq!(age("2026-11-09T22:59:00Z"), Some(8));
        assert_eq!(age("2026-11-09T23:00:00Z"), Some(9), "Lagos is an hour ahead");
        assert_eq!(age("2026-10-30T10:00:00Z"), None, "before birth");
    }

    proptest! {
        /// More is never flagged as less, and one critical edge stays critical beyond it.
        #[test]
        fn flags_rise_with_the_value(a in 0_i64..300, b in 0_i64..300, days in prop::option::of(0_i64..30_000), at in 0..4_usize) {
            let rank = |flag: Flag| match flag {
                Flag::CriticalLow => 0,
                Flag::Low => 1,
                Flag::None | Flag::Normal => 2,
                Flag::High => 3,
                Flag::CriticalHigh => 4,
                Flag::Abnormal | Flag::Critical => unreachable!(),
            };
            let by = pick(&haemoglobin(), who(Sex::ALL[at], days));
            let (small, large) = (a.min(b), a.max(b));
            prop_assert!(rank(judge(small, &by)) <= rank(judge(large, &by)));
        }

        /// What is critical for everybody of an age is critical whatever is not known of the person.
        #[test]
        fn no_danger_is_lost_for_want_of_a_fact(value in 0_i64..300, days in 0_i64..30_000, at in 0..2_usize) {
            let known = judge(value, &pick(&haemoglobin(), who(Sex::ALL[at], Some(days))));
            let unknown = judge(value, &pick(&haemoglobin(), who(Sex::Unknown, None)));
            prop_assert!(!known.is_critical() || unknown.is_critical());
        }
    }
}
