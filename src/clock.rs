//! The only source of "now", and how moments are written where a page has many of them: `chrono` reads its pattern anew
//! for each.

use std::borrow::Borrow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, DurationRound, NaiveTime, TimeDelta, Timelike, Utc};

/// The beginning of the minute of `at`: what is asked as of it is asked alike for a minute, and can be kept so long.
pub fn minute_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}

/// A time on the wall as staff read it: `10:40`.
pub fn wall(time: impl Borrow<NaiveTime>) -> String {
    let time = time.borrow();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// A moment as machines read it: `2026-08-06T13:30:00Z`.
pub fn machine(at: impl Borrow<DateTime<Utc>>) -> String {
    let (day, time) = (at.borrow().date_naive(), at.borrow().time());
    format!("{day}T{}:{:02}Z", wall(time), time.second())
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
