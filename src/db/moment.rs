//! Moments and days in rows of which a page shows dozens: read by their digits. The library's reader of times takes any
//! form that people write and twenty times as long. A field asks for it with `#[serde(deserialize_with = "…")]`.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A moment.
pub fn at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    deserializer.deserialize_str(Text(instant))
}

/// A calendar day.
pub fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    deserializer.deserialize_str(Text(date))
}

/// A moment, if there is one.
pub fn maybe_at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    deserializer.deserialize_option(Maybe(instant))
}

/// A calendar day, if there is one.
pub fn maybe_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    deserializer.deserialize_option(Maybe(date))
}

struct Text<T>(fn(&str) -> Option<T>);

struct Maybe<T>(fn(&str) -> Option<T>);

impl<'de, T> Visitor<'de> for Maybe<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day, a moment or nothing")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_str(Text(self.0)).map(Some)
    }
}

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day or a moment")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        self.0(text).ok_or_else(|| E::custom(format!("{text:?} is no day and no moment")))
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    kept(text).or_else(|| text.parse().ok())
}

/// `2026-08-06T13:30:00.000000Z`, as SQLite keeps it.
fn kept(text: &str) -> Option<DateTime<Utc>> {
    let text = text.as_bytes();
    let is_kept = text.len() == 27
        && [(10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')]
            .iter()
            .all(|(at, mark)| text[*at] == *mark);
    if !is_kept {
        return None;
    }
    let day = ymd(&text[..10])?;
    let part = |from, to| digits(&text[from..to]);
    let time = NaiveTime::from_hms_micro_opt(part(11, 13)?, part(14, 16)?, part(17, 19)?, part(20, 26)?)?;
    Some(day.and_time(time).and_utc())
}

fn date(text: &str) -> Option<NaiveDate> {
    ymd(text.as_bytes()).or_else(|| text.parse().ok())
}

fn ymd(text: &[u8]) -> Option<NaiveDate> {
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(&text[..4])?.cast_signed(), digits(&text[5..7])?, digits(&text[8..])?)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{day_text, instant_text};

    #[test]
    fn what_is_kept_is_read_as_the_library_reads_it() {
        let mut moment: DateTime<Utc> = "0000-01-01T00:00:00Z".parse().unwrap();
        for _ in 0..40 {
            let text = instant_text(moment);
            assert_eq!((kept(&text), instant(&text)), (Some(moment), text.parse().ok()));
            assert_eq!(date(&day_text(moment.date_naive())), Some(moment.date_naive()));
            moment += chrono::TimeDelta::microseconds(7_919_233_131_071_993);
        }
    }

    #[test]
    fn other_forms_are_the_librarys_and_nonsense_is_refused() {
        let other = ["2026-08-06T13:30:00Z", "2026-08-06T13:30:00.5+01:00", "+12026-08-06T13:30:00.000000Z"];
        for text in other {
            assert_eq!((kept(text), instant(text)), (None, text.parse().ok()), "{text}");
        }
        for text in
            ["", "2026-02-30T13:30:00.000000Z", "2026-08-06T13:61:00.000000Z", "2026-08-0xT13:30:00.000000Z"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
        assert_eq!((date("+12026-08-06"), date("2026-02-29")), ("+12026-08-06".parse().ok(), None));
    }
}
