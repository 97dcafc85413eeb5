//! The only source of "now".

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

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
