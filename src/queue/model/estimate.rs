//! How long it takes: an honest range for those who wait, and a word for how long they have waited.

use super::rules::whole;
use crate::settings::model::Clinic;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

/// Fewer samples than this say nothing (rule Q9).
const FEWEST_SAMPLES: u64 = 5;
/// The optimistic end takes 8 tenths of the mean (rule Q9).
const OPTIMISTIC_TENTHS: u64 = 8;
/// From here on a range would promise more than is known (own).
const MOST_MINUTES: u32 = 120;

/// A range of minutes, rounded outwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitRange {
    /// Minutes if all goes well.
    pub from_min: u32,
    /// Minutes if not; more than `from_min`.
    pub to_min: u32,
}

impl WaitRange {
    /// The range of somebody booked in `minutes`, who then waits for `then`: no later than that, and no later to be back
    /// than the booked time.
    pub fn booked(self, minutes: i64, then: WaitRange) -> Self {
        let minutes = u32::try_from(minutes).unwrap_or(0);
        let from_min = self.from_min.min(minutes / 5 * 5);
        let latest = minutes.saturating_add(then.to_min).div_ceil(5).saturating_mul(5);
        WaitRange { from_min, to_min: self.to_min.min(latest).max(from_min.saturating_add(5)) }
    }
}

/// How quickly a point has served of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Pace {
    /// Services that were looked at.
    pub services: i64,
    /// Seconds they took together, without parked time (rule Q10).
    pub seconds: i64,
    /// People who serve now: the desks at work.
    pub people: i64,
}

/// The wait for the one at `position` (1 is next) behind `desks` at work that served at `pace` (rule Q9).
/// `None` with fewer than five samples, and while no desk works or the queue is paused (rule Q15).
pub fn estimate(position: usize, pace: Pace, desks: u32) -> Option<WaitRange> {
    let services = u64::try_from(pace.services).ok()?;
    if services < FEWEST_SAMPLES || desks == 0 || position == 0 {
        return None;
    }
    let total = u64::try_from(pace.seconds).ok()?;
    let people = u64::try_from(position).ok()?;
    let desks_seconds = u64::from(desks) * services;
    // One slot is the mean divided by the desks; the first round costs one slot. Each end is rounded once, outwards: a
    // second that is cut off twice would let the range end before the mean.
    let pessimistic = total.saturating_mul(people);
    let whole = |minutes: u64| u32::try_from(minutes).unwrap_or(u32::MAX);
    let low = whole(pessimistic.saturating_mul(OPTIMISTIC_TENTHS) / (10 * 60 * desks_seconds));
    let high = whole(pessimistic.div_ceil(60 * desks_seconds));
    let step = match high {
        0..=30 => 5,
        31..=90 => 10,
        91.. => 15,
    };
    let from_min = low / step * step;
    let to_min = high.div_ceil(step).saturating_mul(step).max(from_min.saturating_add(step));
    Some(WaitRange { from_min, to_min })
}

impl fmt::Display for WaitRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from_min >= MOST_MINUTES {
            write!(f, "more than {} hours", MOST_MINUTES / 60)
        } else if self.from_min == 0 {
            write!(f, "less than {} minutes", self.to_min)
        } else {
            write!(f, "about {} to {} minutes", self.from_min, self.to_min)
        }
    }
}

/// When to be back at the clinic: before the optimistic end of the range, on a round five minutes. `None`
/// when leaving is not worth while.
pub fn come_back_at(now: DateTime<Utc>, range: WaitRange) -> Option<DateTime<Utc>> {
    const SPARE_MINUTES: u32 = 10;
    const WORTH_LEAVING_MINUTES: u32 = 25;
    if range.from_min < WORTH_LEAVING_MINUTES {
        return None;
    }
    let latest = now + TimeDelta::minutes(i64::from(range.from_min - SPARE_MINUTES));
    DateTime::from_timestamp(latest.timestamp().div_euclid(300) * 300, 0)
}

crate::words! {
    /// How long someone has waited, in three steps (experience.md T8).
    pub enum WaitLevel {
        Ok = "ok" => "Waiting",
        Long = "long" => "Long wait",
        VeryLong = "very_long" => "Very long wait",
    }
}

/// From when a wait is long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitThresholds {
    /// More than this many minutes is long.
    pub long_minutes: u32,
    /// More than this many minutes is very long.
    pub very_long_minutes: u32,
}

impl Default for WaitThresholds {
    fn default() -> Self {
        WaitThresholds { long_minutes: 30, very_long_minutes: 60 }
    }
}

impl WaitThresholds {
    /// The thresholds as the clinic's settings say.
    pub fn of(clinic: &Clinic) -> Self {
        WaitThresholds {
            long_minutes: whole(clinic.long_wait_minutes),
            very_long_minutes: whole(clinic.very_long_wait_minutes),
        }
    }

    /// The level of a wait of so many whole minutes.
    pub fn level(&self, waited_minutes: u32) -> WaitLevel {
        if waited_minutes > self.very_long_minutes {
            WaitLevel::VeryLong
        } else if waited_minutes > self.long_minutes {
            WaitLevel::Long
        } else {
            WaitLevel::Ok
        }
    }

    /// "Waiting 12 min", "Waiting 35 min - over 30 minutes", "Waiting 125 min - over 2 hours".
    pub fn in_words(&self, waited_minutes: u32) -> String {
        let passed = match self.level(waited_minutes) {
            WaitLevel::Ok => return format!("Waiting {waited_minutes} min"),
            WaitLevel::Long => self.long_minutes,
            WaitLevel::VeryLong => self.very_long_minutes.max((waited_minutes - 1) / 60 * 60),
        };
        let over = match (passed / 60, passed % 60) {
            (1, 0) => "1 hour".to_owned(),
            (hours, 0) if hours > 1 => format!("{hours} hours"),
            (_, _) => format!("{passed} minutes"),
        };
        format!("Waiting {waited_minutes} min - over {over}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEN_MINUTES: Pace = Pace { services: 5, seconds: 3_000, people: 1 };

    fn words(position: usize, desks: u32) -> Option<String> {
        estimate(position, TEN_MINUTES, desks).map(|range| range.to_string())
    }

    #[test]
    fn the_range_is_honest_and_round() {
        assert_eq!(words(1, 1).as_deref(), Some("about 5 to 10 minutes"));
        assert_eq!(words(3, 1).as_deref(), Some("about 20 to 30 minutes"));
        assert_eq!(words(1, 4).as_deref(), Some("less than 5 minutes"));
        assert_eq!(words(8, 1).as_deref(), Some("about 60 to 80 minutes"));
        assert_eq!(words(40, 1).as_deref(), Some("more than 2 hours"));
    }

    #[test]
    fn a_booked_time_that_comes_ends_the_wait_behind_walk_ins() {
        let range = |from_min, to_min| WaitRange { from_min, to_min };
        assert_eq!(range(60, 80).booked(3, range(5, 10)), range(0, 15));
        assert_eq!(range(60, 80).booked(42, range(5, 10)), range(40, 55));
        assert_eq!(range(5, 10).booked(40, range(5, 10)), range(5, 10), "nobody else waits");
        assert_eq!(range(60, 80).booked(200, range(5, 10)), range(60, 80));
    }

    #[test]
    fn nothing_is_promised_on_four_samples_or_without_a_desk() {
        assert_eq!(estimate(1, Pace { services: 4, ..TEN_MINUTES }, 1), None);
        assert_eq!(estimate(1, TEN_MINUTES, 0), None);
        assert_eq!(estimate(0, TEN_MINUTES, 1), None);
    }

    #[test]
    fn one_may_leave_when_there_is_time_and_is_back_before_it_goes_fast() {
        let now: DateTime<Utc> = "2026-03-09T10:03:20Z".parse().expect("an instant");
        assert_eq!(come_back_at(now, WaitRange { from_min: 20, to_min: 30 }), None);
        let back = come_back_at(now, WaitRange { from_min: 40, to_min: 60 });
        assert_eq!(back, Some("2026-03-09T10:30:00Z".parse().expect("an instant")));
    }

    #[test]
    fn a_long_wait_is_said_in_words() {
        let thresholds = WaitThresholds::default();
        assert_eq!(thresholds.in_words(30), "Waiting 30 min");
        assert_eq!(thresholds.in_words(35), "Waiting 35 min - over 30 minutes");
        assert_eq!(thresholds.in_words(61), "Waiting 61 min - over 1 hour");
        assert_eq!(thresholds.in_words(125), "Waiting 125 min - over 2 hours");
        assert_eq!(thresholds.level(60), WaitLevel::Long);
        let odd = WaitThresholds { long_minutes: 20, very_long_minutes: 45 };
        assert_eq!(odd.in_words(50), "Waiting 50 min - over 45 minutes");
    }

    proptest! {
        #[test]
        fn the_range_holds_the_mean_and_grows_with_the_place(
            position in 1usize..300, seconds in 0i64..400_000, services in 5i64..30, desks in 1u32..9,
        ) {
            let pace = Pace { services, seconds, people: 1 };
            let range = estimate(position, pace, desks).expect("enough samples");
            let next = estimate(position + 1, pace, desks).expect("enough samples");
            let mean = seconds as f64 / services as f64;
            let expected = mean * position as f64 / f64::from(desks) / 60.0;
            prop_assert!(range.from_min < range.to_min);
            prop_assert!(f64::from(range.from_min) <= expected);
            prop_assert!(expected <= f64::from(range.to_min) + 0.001);
            prop_assert!(range.to_min <= next.to_min);
        }
    }
}
