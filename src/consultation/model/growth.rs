//! The body mass index of those who grow: the WHO growth reference for school-aged children and adolescents (de Onis et al.,
//! Bulletin of the World Health Organization 2007;85:660–667), by completed month and sex. `data/bmi_for_age.csv` holds its
//! figures. Below five years weight is judged by height, which no flag here does.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::Range;
use crate::patients::model::Sex;

const REFERENCE: &str = include_str!("../../../data/bmi_for_age.csv");

/// One month of the reference: skewness, median in kg/m² and variation of either sex.
#[derive(Debug, Deserialize)]
struct Month {
    month: i32,
    female_l: f64,
    female_m: f64,
    female_s: f64,
    male_l: f64,
    male_m: f64,
    male_s: f64,
}

fn reference() -> &'static BTreeMap<i32, Month> {
    static READ: OnceLock<BTreeMap<i32, Month>> = OnceLock::new();
    READ.get_or_init(|| {
        let months = csv::Reader::from_reader(REFERENCE.as_bytes()).into_deserialize().filter_map(Result::ok);
        months.map(|month: Month| (month.month, month)).collect()
    })
}

/// What is usual of the index at `months` of age, in tenths of kg/m²; none outside of 61 to 228 months and where the sex is
/// neither female nor male. More than one deviation above the median is overweight, more than two below are thinness, more
/// than three severe thinness.
pub(super) fn range_at(months: i32, sex: Sex) -> Option<Range> {
    let month = reference().get(&months)?;
    let (l, m, s) = match sex {
        Sex::Female => (month.female_l, month.female_m, month.female_s),
        Sex::Male => (month.male_l, month.male_m, month.male_s),
        Sex::Intersex | Sex::Unknown => return None,
    };
    // The published tables have one decimal.
    let at = |deviations: f64| ((m * (1.0 + l * s * deviations).powf(1.0 / l)) * 10.0).round() as i64;
    Some(Range { low: at(-2.0), high: at(1.0), critical_low: Some(at(-3.0) - 1), critical_high: None })
}

/// Whole months between birth and `day`; below nothing before birth.
pub(super) fn months_on(day: NaiveDate, born: NaiveDate) -> i32 {
    let between = (day.year() - born.year()) * 12 + day.month() as i32 - born.month() as i32;
    between - i32::from(day.day() < born.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::model::Level;

    /// Months, sex, and −3, −2 and +1 deviations as WHO publishes them, in tenths.
    const PUBLISHED: [(i32, Sex, i64, i64, i64); 6] = [
        (61, Sex::Male, 121, 130, 166),
        (61, Sex::Female, 118, 127, 169),
        (120, Sex::Male, 128, 137, 185),
        (120, Sex::Female, 124, 135, 190),
        (228, Sex::Male, 159, 176, 254),
        (228, Sex::Female, 147, 165, 250),
    ];

    #[test]
    fn the_ends_of_the_range_are_those_that_are_published() {
        for (months, sex, severe, thin, over) in PUBLISHED {
            let range = range_at(months, sex).unwrap();
            assert_eq!((range.low, range.high), (thin, over), "{months} {sex}");
            let levels = [(severe - 1, Level::CriticalLow), (severe, Level::Low), (thin, Level::Usual)];
            for (value, level) in levels.into_iter().chain([(over, Level::Usual), (over + 1, Level::High)]) {
                assert_eq!(range.level(value), level, "{months} {sex} {value}");
            }
        }
    }

    #[test]
    fn every_month_of_the_reference_has_a_range_for_either_sex_that_follows_the_month_before() {
        for sex in [Sex::Female, Sex::Male] {
            let ranges: Vec<Range> = (61..=228).map(|months| range_at(months, sex).unwrap()).collect();
            for pair in ranges.windows(2) {
                assert!((pair[0].low - pair[1].low).abs() <= 1 && (pair[0].high - pair[1].high).abs() <= 1);
            }
        }
        assert_eq!((range_at(60, Sex::Male), range_at(229, Sex::Female)), (None, None));
        assert_eq!((range_at(120, Sex::Unknown), range_at(120, Sex::Intersex)), (None, None));
    }

    #[test]
    fn a_month_is_over_on_the_day_of_birth() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let born = day(2010, 11, 30);
        for (on, months) in
            [((2026, 11, 29), 191), ((2026, 11, 30), 192), ((2026, 12, 1), 192), ((2010, 11, 30), 0)]
        {
            assert_eq!(months_on(day(on.0, on.1, on.2), born), months);
        }
    }
}
