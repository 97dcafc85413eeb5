//! How long tests take (LA3).

/// How long one kind of test took lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turnaround {
    /// How many were verified.
    pub count: i64,
    /// Half of them took no longer, in minutes.
    pub median: i64,
    /// Nine of ten took no longer.
    pub ninetieth: i64,
    /// How many took longer than they should.
    pub late: i64,
}

/// The smallest value that at least `percent` of all values do not exceed (nearest rank); `sorted` is in order.
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// From the minutes of verified tests and the time they should take; none without tests.
pub fn turnaround(mut minutes: Vec<i64>, target: i64) -> Option<Turnaround> {
    minutes.sort_unstable();
    Some(Turnaround {
        count: minutes.len() as i64,
        median: percentile(&minutes, 50)?,
        ninetieth: percentile(&minutes, 90)?,
        late: minutes.iter().filter(|taken| **taken > target).count() as i64,
    })
}

/// `35 min`, `2 h 05 min`, `3 days 4 h`.
pub fn minutes_words(minutes: i64) -> String {
    match minutes {
        ..60 => format!("{} min", minutes.max(0)),
        60..1_440 => format!("{} h {:02} min", minutes / 60, minutes % 60),
        _ if minutes / 1_440 == 1 => format!("1 day {} h", minutes % 1_440 / 60),
        _ => format!("{} days {} h", minutes / 1_440, minutes % 1_440 / 60),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_and_nine_of_ten_took_no_longer() {
        let taken = turnaround((1..=10).collect(), 8).unwrap();
        assert_eq!(taken, Turnaround { count: 10, median: 5, ninetieth: 9, late: 2 });
        assert_eq!(
            turnaround(vec![40], 60),
            Some(Turnaround { count: 1, median: 40, ninetieth: 40, late: 0 })
        );
        assert_eq!(turnaround(Vec::new(), 60), None);
        let words: Vec<String> = [5, 65, 1_439, 1_500, 4_400].into_iter().map(minutes_words).collect();
        assert_eq!(words, ["5 min", "1 h 05 min", "23 h 59 min", "1 day 1 h", "3 days 1 h"]);
    }

    proptest! {
        #[test]
        fn a_percentile_is_a_value_that_so_many_do_not_exceed(mut values in prop::collection::vec(0_i64..5_000, 1..200), percent in 1_usize..=100) {
            values.sort_unstable();
            let found = percentile(&values, percent).unwrap();
            let within = values.iter().filter(|value| **value <= found).count();
            let below = values.iter().filter(|value| **value < found).count();
            prop_assert!(within * 100 >= values.len() * percent);
            prop_assert!(below * 100 < values.len() * percent);
        }
    }
}
