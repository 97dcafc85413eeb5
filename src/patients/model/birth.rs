//! Birth dates, from three fields that people fill in by heart (experience F9, F10).

use chrono::{Datelike, NaiveDate};

/// What is wrong with a birth date, by priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BirthError {
    /// Parts that were left empty.
    Missing(&'static str),
    /// No such day exists.
    Impossible,
    /// Later than today.
    Future,
    /// Before 1900.
    TooEarly,
}

impl std::fmt::Display for BirthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BirthError::Missing(parts) => write!(f, "Date of birth must include a {parts}"),
            BirthError::Impossible => f.write_str("Date of birth must be a real date"),
            BirthError::Future => f.write_str("Date of birth must be today or in the past"),
            BirthError::TooEarly => f.write_str("Date of birth must be in 1900 or later"),
        }
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A month as a number or by its name, of which three letters are enough.
fn month_of(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse::<u32>() {
        return Some(number);
    }
    let text = text.trim_end_matches('.').to_lowercase();
    let found = |name: &&str| text.chars().count() >= 3 && (name.starts_with(&text) || text == "sept");
    let candidates = MONTHS.iter().enumerate().filter(|(_, name)| found(name));
    let index = if text == "sept" { Some(8) } else { candidates.map(|(index, _)| index).next() };
    index.and_then(|index| u32::try_from(index + 1).ok())
}

/// The day of three typed parts; none when all three are empty.
///
/// # Errors
/// The first of: a part is missing, the day does not exist, the day is out of range.
pub fn birth_date(
    day: &str,
    month: &str,
    year: &str,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, BirthError> {
    let (day, month, year) = (day.trim(), month.trim(), year.trim());
    let missing = match (day.is_empty(), month.is_empty(), year.is_empty()) {
        (true, true, true) => return Ok(None),
        (false, false, false) => None,
        (true, false, false) => Some("day"),
        (false, true, false) => Some("month"),
        (false, false, true) => Some("year"),
        (true, true, false) => Some("day and a month"),
        (true, false, true) => Some("day and a year"),
        (false, true, true) => Some("month and a year"),
    };
    if let Some(parts) = missing {
        return Err(BirthError::Missing(parts));
    }
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 4);
    let built = number(day).zip(month_of(month)).zip(number(year)).and_then(|((day, month), year)| {
        // Two digits are no year: 04 could be 1904 or 2004.
        (year >= 1000).then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)).flatten()
    });
    in_range(built.ok_or(BirthError::Impossible)?, today).map(Some)
}

fn in_range(date: NaiveDate, today: NaiveDate) -> Result<NaiveDate, BirthError> {
    if date > today {
        Err(BirthError::Future)
    } else if date.year() < 1900 {
        Err(BirthError::TooEarly)
    } else {
        Ok(date)
    }
}

/// A birth date in one cell of a file: `2004-03-27`, `27/03/2004`, `27-3-2004`, `27 March 2004`.
///
/// # Errors
/// As [`birth_date`].
pub fn spoken_birth_date(cell: &str, today: NaiveDate) -> Result<Option<NaiveDate>, BirthError> {
    let parts: Vec<&str> =
        cell.split(|c: char| "/-. ,".contains(c)).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Ok(None),
        [year, month, day] if year.len() == 4 => birth_date(day, month, year, today),
        [day, month, year] => birth_date(day, month, year, today),
        _ => Err(BirthError::Impossible),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 9).unwrap()
    }

    #[test]
    fn messages_come_by_priority() {
        for (parts, message) in [
            (("27", "", "2004"), "Date of birth must include a month"),
            (("", "", "2004"), "Date of birth must include a day and a month"),
            (("31", "", ""), "Date of birth must include a month and a year"),
            (("31", "2", "2004"), "Date of birth must be a real date"),
            (("1", "13", "2004"), "Date of birth must be a real date"),
            (("1", "3", "04"), "Date of birth must be a real date"),
            (("1", "ma", "2004"), "Date of birth must be a real date"),
            (("10", "11", "2026"), "Date of birth must be today or in the past"),
            (("31", "12", "1899"), "Date of birth must be in 1900 or later"),
        ] {
            let error = birth_date(parts.0, parts.1, parts.2, today()).unwrap_err();
            assert_eq!(error.to_string(), message, "{parts:?}");
        }
    }

    #[test]
    fn month_names_are_taken() {
        let expected = NaiveDate::from_ymd_opt(2004, 9, 27);
        for month in ["9", "09", "Sep", "sept", "SEPTEMBER", "sep."] {
            assert_eq!(birth_date(" 27 ", month, "2004", today()), Ok(expected), "{month}");
        }
        assert_eq!(birth_date("", " ", "", today()), Ok(None));
        assert_eq!(birth_date("9", "11", "2026", today()), Ok(Some(today())));
    }

    #[test]
    fn cells_of_files_are_read_with_the_day_before_the_month() {
        let expected = NaiveDate::from_ymd_opt(2004, 3, 7);
        for cell in ["2004-03-07", "07/03/2004", "7-3-2004", "7 March 2004", "7.3.2004"] {
            assert_eq!(spoken_birth_date(cell, today()), Ok(expected), "{cell}");
        }
        assert!(spoken_birth_date("yesterday", today()).is_err());
        assert!(spoken_birth_date("38000", today()).is_err());
    }

    proptest! {
        #[test]
        fn every_real_day_comes_back(days in 0_i64..46_000) {
            let day = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::TimeDelta::days(days);
            let typed = birth_date(
                &day.day().to_string(),
                MONTHS[day.month0() as usize],
                &day.year().to_string(),
                today(),
            );
            prop_assert_eq!(typed, Ok(Some(day)));
        }

        #[test]
        fn nothing_typed_makes_it_fall(a in "\\PC{0,8}", b in "\\PC{0,8}", c in "\\PC{0,8}") {
            let _ = birth_date(&a, &b, &c, today());
        }
    }
}
