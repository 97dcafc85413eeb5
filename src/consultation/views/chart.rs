//! A curve of one sign, drawn by the server: one accent, the usual range as a band behind it, the last value as words.

use crate::consultation::model::{Range, Sign};

/// The drawing's width and height in its own units.
const WIDTH: i64 = 300;
const HEIGHT: i64 = 72;
/// Free space at each side, so that the dots are whole.
const EDGE: i64 = 6;

/// A drawn curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// What it shows.
    pub sign: Sign,
    /// The corners of the line, as SVG wants them.
    pub points: String,
    /// Each value's place.
    pub dots: Vec<(i64, i64)>,
    /// The top and the height of the usual range; none where there is none.
    pub band: Option<(i64, i64)>,
    /// The newest value with its unit.
    pub last: String,
    /// For those who do not see it: the first, the lowest, the highest and the last.
    pub words: String,
}

impl Chart {
    /// Draws values from the oldest to the newest; none with fewer than two.
    pub fn of(sign: Sign, values: &[i64], range: Option<Range>) -> Option<Self> {
        let (first, last) = (*values.first()?, *values.last()?);
        let (lowest, highest) = (*values.iter().min()?, *values.iter().max()?);
        if values.len() < 2 {
            return None;
        }
        let ends = range.map_or((lowest, highest), |range| (lowest.min(range.low), highest.max(range.high)));
        let span = (ends.1 - ends.0).max(1);
        let y = |value: i64| EDGE + (ends.1 - value) * (HEIGHT - 2 * EDGE) / span;
        let steps = i64::try_from(values.len()).ok()? - 1;
        let x = |at: usize| EDGE + i64::try_from(at).unwrap_or(0) * (WIDTH - 2 * EDGE) / steps;
        let dots: Vec<(i64, i64)> = values.iter().enumerate().map(|(at, value)| (x(at), y(*value))).collect();
        let points: Vec<String> = dots.iter().map(|(x, y)| format!("{x},{y}")).collect();
        Some(Chart {
            sign,
            points: points.join(" "),
            dots,
            band: range.map(|range| (y(range.high), (y(range.low) - y(range.high)).max(1))),
            last: sign.amount(last),
            words: format!(
                "{} over {} takings: first {}, lowest {}, highest {}, last {}",
                sign.label(),
                values.len(),
                sign.amount(first),
                sign.amount(lowest),
                sign.amount(highest),
                sign.amount(last)
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::model::range_of;
    use proptest::prelude::*;

    #[test]
    fn a_single_value_is_no_curve() {
        assert_eq!(Chart::of(Sign::Pulse, &[72], None), None);
        assert_eq!(Chart::of(Sign::Pulse, &[], None), None);
    }

    proptest! {
        #[test]
        fn every_dot_lies_inside_the_drawing(values in prop::collection::vec(20_i64..=300, 2..40)) {
            let chart = Chart::of(Sign::Pulse, &values, range_of(Sign::Pulse, Some(20))).unwrap();
            prop_assert_eq!(chart.dots.len(), values.len());
            for (x, y) in chart.dots {
                prop_assert!((0..=WIDTH).contains(&x) && (0..=HEIGHT).contains(&y));
            }
        }
    }
}
