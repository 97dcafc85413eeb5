//! The only source of "now", and how moments and days are written where a page has dozens of them: `chrono` reads its
//! pattern anew for each, and its plain form takes ten times as long as writing the digits.

use std::borrow::Borrow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{
    DateTime, Datelike, DurationRound, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Timelike, Utc,
};

/// The beginning of the minute of `at`: what is asked as of it is asked alike for a minute, and can be kept so long.
pub fn minute_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}

/// A time on the wall as staff read it: `10:40`.
pub fn wall(time: impl Borrow<NaiveTime>) -> String {
    Digits::default().wall(*time.borrow()).text()
}

/// A day and a time as tables show them: `2026-08-06 14:30`.
pub fn day_and_wall(day: NaiveDate, time: NaiveTime) -> String {
    match Digits::of(day) {
        Some(digits) => digits.mark(b' ').wall(time).text(),
        None => format!("{day} {}", wall(time)),
    }
}

/// A moment as machines read it: `2026-08-06T13:30:00Z`.
pub fn machine(at: impl Borrow<DateTime<Utc>>) -> String {
    let at = at.borrow();
    match Digits::of(at.date_naive()) {
        Some(digits) => digits.mark(b'T').seconds(at.time()).mark(b'Z').text(),
        None => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// A moment as SQLite keeps it: always six digits of fraction, so that text order is time order.
pub fn instant_text(at: DateTime<Utc>) -> String {
    match Digits::of(at.date_naive()) {
        Some(digits) => digits.mark(b'T').micros(at.time()).mark(b'Z').text(),
        None => at.to_rfc3339_opts(SecondsFormat::Micros, true),
    }
}

/// A day: `2026-08-06`.
pub fn day_text(day: NaiveDate) -> String {
    Digits::of(day).map_or_else(|| day.to_string(), |digits| digits.text())
}

/// A time as SQLite keeps it: `14:30:00.000000`.
pub fn time_text(time: NaiveTime) -> String {
    Digits::default().micros(time).text()
}

/// Digits and the marks between them, as they are written: a moment with six digits of fraction at most.
#[derive(Default)]
struct Digits {
    bytes: [u8; 27],
    length: usize,
}

impl Digits {
    /// A day; none for years of more than four digits.
    fn of(day: NaiveDate) -> Option<Self> {
        let year = u32::try_from(day.year()).ok().filter(|year| *year <= 9_999)?;
        let digits = Digits::default().number::<4>(year).mark(b'-').number::<2>(day.month());
        Some(digits.mark(b'-').number::<2>(day.day()))
    }

    fn mark(mut self, mark: u8) -> Self {
        self.bytes[self.length] = mark;
        self.length += 1;
        self
    }

    fn number<const PLACES: usize>(mut self, mut number: u32) -> Self {
        for place in self.bytes[self.length..][..PLACES].iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.length += PLACES;
        self
    }

    fn wall(self, time: NaiveTime) -> Self {
        self.number::<2>(time.hour()).mark(b':').number::<2>(time.minute())
    }

    fn seconds(self, time: NaiveTime) -> Self {
        self.wall(time).mark(b':').number::<2>(time.second())
    }

    fn micros(self, time: NaiveTime) -> Self {
        self.seconds(time).mark(b'.').number::<6>(time.nanosecond() / 1_000 % 1_000_000)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes[..self.length]).into_owned()
    }
}

/// A clock that runs, or one that a test holds.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until it is moved.
    Held(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn held(at: DateTime<Utc>) -> Self {
        Clock::Held(Arc::new(Mutex::new(at)))
    }

    /// This moment, to the microsecond, which is what both databases keep (R1).
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
            Clock::System => Utc::now(),
            Clock::Held(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// Whether it is the machine's.
    pub const fn runs(&self) -> bool {
        matches!(self, Clock::System)
    }

    /// Moves a held clock by `step`; a running one is left alone.
    pub fn advance(&self, step: TimeDelta) {
        if let Clock::Held(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += step;
        }
    }

    /// Sets a held clock; a running one is left alone.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Clock::Held(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_written_as_their_library_writes_them() {
        let mut at: DateTime<Utc> = "0000-01-01T00:00:00Z".parse().unwrap();
        let step = TimeDelta::microseconds(7_919_233_131_071_993);
        for _ in 0..50 {
            assert_eq!(instant_text(at), at.to_rfc3339_opts(SecondsFormat::Micros, true));
            assert_eq!(machine(at), at.to_rfc3339_opts(SecondsFormat::Secs, true));
            assert_eq!(day_text(at.date_naive()), at.date_naive().to_string());
            assert_eq!(time_text(at.time()), at.time().format("%T%.6f").to_string());
            let stamp = format!("{} {}", at.date_naive(), at.time().format("%H:%M"));
            assert_eq!(day_and_wall(at.date_naive(), at.time()), stamp);
            at += step;
        }
        assert!(at.year() > 9_999, "also those with five digits");
    }
}
