//! A stretch of time, with its start and without its end.

use chrono::{DateTime, TimeDelta, Utc};

/// Half-open: `starts_at` belongs to it, `ends_at` does not, so that neighbours do not overlap (rule B3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

impl Interval {
    /// `None` unless it ends after it starts.
    pub fn new(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<Interval> {
        (starts_at < ends_at).then_some(Interval { starts_at, ends_at })
    }

    /// The stretch of `minutes` from `starts_at`; at least one minute long.
    pub fn lasting(starts_at: DateTime<Utc>, minutes: u32) -> Interval {
        Interval { starts_at, ends_at: starts_at + TimeDelta::minutes(i64::from(minutes.max(1))) }
    }

    /// The first moment in it.
    pub fn starts_at(&self) -> DateTime<Utc> {
        self.starts_at
    }

    /// The first moment after it.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    /// Its length.
    pub fn length(&self) -> TimeDelta {
        self.ends_at - self.starts_at
    }

    /// Whether the two share a moment: `a.start < b.end and b.start < a.end` (rule B3).
    pub fn overlaps(&self, other: &Interval) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Whether `at` lies in it.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minute(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn between(from: i64, to: i64) -> Interval {
        Interval::new(minute(from), minute(to)).expect("ends after it starts")
    }

    #[test]
    fn neighbours_do_not_overlap() {
        assert!(!between(0, 30).overlaps(&between(30, 60)));
        assert!(between(0, 31).overlaps(&between(30, 60)));
        assert!(between(0, 60).overlaps(&between(10, 20)));
    }

    #[test]
    fn an_interval_ends_after_it_starts() {
        assert_eq!(Interval::new(minute(5), minute(5)), None);
        assert_eq!(Interval::new(minute(5), minute(4)), None);
        assert_eq!(Interval::lasting(minute(5), 30), between(5, 35));
    }

    proptest! {
        #[test]
        fn overlapping_means_sharing_a_minute(a in 0i64..50, b in 1i64..20, c in 0i64..50, d in 1i64..20) {
            let (one, two) = (between(a, a + b), between(c, c + d));
            let shared = (0..80).any(|m| one.contains(minute(m)) && two.contains(minute(m)));
            prop_assert_eq!(one.overlaps(&two), shared);
            prop_assert_eq!(two.overlaps(&one), shared);
        }
    }
}
