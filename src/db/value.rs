//! Values on their way into a statement. Nulls keep their type, because PostgreSQL asks for it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};

/// One bound value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A whole number or an id.
    Int(Option<i64>),
    /// Text that a person or the program wrote.
    Text(Option<String>),
    /// A word of a closed list (`words!`).
    Word(Option<&'static str>),
    /// Yes or no.
    Bool(Option<bool>),
    /// A moment, in UTC, to the microsecond.
    Instant(Option<DateTime<Utc>>),
    /// A calendar day.
    Day(Option<NaiveDate>),
    /// A time on the clinic's wall.
    Time(Option<NaiveTime>),
    /// Digests and other bytes.
    Bytes(Option<Vec<u8>>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident $(via $convert:expr)?),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$variant(Some(into_value!(@ value $($convert)?)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Value::$variant(value.map(|value| into_value!(@ value $($convert)?)))
            }
        }
    )+};
    (@ $value:ident) => { $value };
    (@ $value:ident $convert:expr) => { $convert($value) };
}

into_value! {
    i64 => Int,
    i32 => Int via i64::from,
    u32 => Int via i64::from,
    String => Text,
    &str => Text via str::to_owned,
    &String => Text via String::clone,
    bool => Bool,
    DateTime<Utc> => Instant,
    NaiveDate => Day,
    NaiveTime => Time,
    Vec<u8> => Bytes,
    &[u8] => Bytes via <[u8]>::to_vec,
}

/// Instants as SQLite keeps them: always six digits of fraction, so that text order is time order.
pub(super) fn instant_text(at: DateTime<Utc>) -> String {
    let mut text = day_text(at.date_naive());
    text.push('T');
    push_time(&mut text, at.time());
    text.push('Z');
    text
}

/// Days as SQLite keeps them.
pub(super) fn day_text(day: NaiveDate) -> String {
    let Ok(year) = u32::try_from(day.year()) else { return day.to_string() };
    if year > 9_999 {
        return day.to_string();
    }
    // Room for an instant.
    let mut text = String::with_capacity(27);
    push_digits(&mut text, year, 1_000);
    text.push('-');
    push_digits(&mut text, day.month(), 10);
    text.push('-');
    push_digits(&mut text, day.day(), 10);
    text
}

/// Times as they are read.
pub(super) fn time_text(time: NaiveTime) -> String {
    let mut text = String::with_capacity(15);
    push_time(&mut text, time);
    text
}

fn push_time(text: &mut String, time: NaiveTime) {
    push_digits(text, time.hour(), 10);
    text.push(':');
    push_digits(text, time.minute(), 10);
    text.push(':');
    push_digits(text, time.second(), 10);
    text.push('.');
    push_digits(text, time.nanosecond() / 1_000 % 1_000_000, 100_000);
}

/// Written by hand: a page of the trail has a hundred of them, and a pattern is read anew for each.
fn push_digits(text: &mut String, mut number: u32, mut place: u32) {
    while place > 0 {
        text.push(char::from(b'0' + (number / place) as u8));
        number %= place;
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_written_as_their_library_writes_them() {
        let mut at: DateTime<Utc> = "0000-01-01T00:00:00Z".parse().unwrap();
        let step = chrono::TimeDelta::microseconds(7_919_233_131_071_993);
        for _ in 0..50 {
            assert_eq!(instant_text(at), at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
            assert_eq!(day_text(at.date_naive()), at.date_naive().to_string());
            assert_eq!(time_text(at.time()), at.time().format("%T%.6f").to_string());
            at += step;
        }
        assert!(at.year() > 9_999, "also those with five digits");
    }
}
