//! Drawings: the bars of a label, the course of a value. Numbers and fixed words only.

use std::fmt;

use barcoders::sym::code128::Code128;

/// A code as bars (Code 128, which packs pairs of digits), ten quiet modules at each side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    width: usize,
    path: String,
}

const QUIET: usize = 10;

impl Bars {
    /// The bars of a sample's code; a text that is none gives no bars.
    pub fn of(code: &str) -> Self {
        let pairs = code.len() - code.len() % 2;
        let (even, odd) = code.split_at_checked(pairs).unwrap_or((code, ""));
        let text =
            if odd.is_empty() { format!("\u{0106}{even}") } else { format!("\u{0106}{even}\u{0181}{odd}") };
        let modules = Code128::new(text).map(|code| code.encode()).unwrap_or_default();
        let mut path = String::new();
        let mut at = QUIET;
        for run in modules.chunk_by(|one, other| one == other) {
            if run.first() == Some(&1) {
                path.push_str(&format!("M{at} 0h{length}v40h-{length}z", length = run.len()));
            }
            at += run.len();
        }
        Bars { width: modules.len() + 2 * QUIET, path }
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bars { width, path } = self;
        write!(
            f,
            "<svg class=\"bars\" viewBox=\"0 0 {width} 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Barcode of the sample\"><path d=\"{path}\"/></svg>"
        )
    }
}

// Digits and letters of a path: nothing in it can be markup of anybody else.
impl askama::filters::HtmlSafe for Bars {}

/// The course of a value over its last measurements, the newest at the right, the range behind it.
#[derive(Debug, Clone)]
pub struct Course {
    /// Day and value in words, the oldest first.
    pub points: Vec<(String, String)>,
    numbers: Vec<i64>,
    low: Option<i64>,
    high: Option<i64>,
}

const WIDTH: i64 = 480;
const HEIGHT: i64 = 120;
const LEFT: i64 = 24;
const RIGHT: i64 = 72;
const TOP: i64 = 18;
const BOTTOM: i64 = 24;

impl Course {
    /// From day, value in words and number of each measurement, the oldest first; none for fewer than two.
    pub fn of(points: Vec<(String, String, i64)>, low: Option<i64>, high: Option<i64>) -> Option<Self> {
        if points.len() < 2 {
            return None;
        }
        let numbers = points.iter().map(|point| point.2).collect();
        let points = points.into_iter().map(|(day, words, _)| (day, words)).collect();
        Some(Course { points, numbers, low, high })
    }

    /// Bottom and top of what is drawn.
    fn bounds(&self) -> (i64, i64) {
        let all = self.numbers.iter().copied().chain(self.low).chain(self.high);
        let (least, most) = all.fold((i64::MAX, i64::MIN), |(a, b), n| (a.min(n), b.max(n)));
        let room = ((most - least) / 10).max(1);
        (least - room, most + room)
    }

    fn y(&self, number: i64) -> i64 {
        let (least, most) = self.bounds();
        HEIGHT - BOTTOM - (number - least) * (HEIGHT - TOP - BOTTOM) / (most - least).max(1)
    }

    fn x(&self, at: usize) -> i64 {
        LEFT + at as i64 * (WIDTH - LEFT - RIGHT) / (self.numbers.len() as i64 - 1).max(1)
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"The course of the value; the numbers are in the table below\">"
        )?;
        let (least, most) = self.bounds();
        let (top, bottom) = (self.y(self.high.unwrap_or(most)), self.y(self.low.unwrap_or(least)));
        if self.low.is_some() || self.high.is_some() {
            let (width, height) = (WIDTH - LEFT - RIGHT, (bottom - top).max(1));
            write!(
                f,
                "<rect class=\"range\" x=\"{LEFT}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>"
            )?;
        }
        let line: Vec<String> = self
            .numbers
            .iter()
            .enumerate()
            .map(|(at, number)| format!("{},{}", self.x(at), self.y(*number)))
            .collect();
        write!(f, "<polyline class=\"line\" points=\"{}\"/>", line.join(" "))?;
        let last = self.numbers.len() - 1;
        let (x, y) = (self.x(last), self.y(self.numbers[last]));
        write!(f, "<circle class=\"bar now\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>")?;
        // The words of days and values are digits and units of ours; they are escaped all the same.
        let words = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if let (Some(first), Some(newest)) = (self.points.first(), self.points.last()) {
            write!(f, "<text class=\"now\" x=\"{}\" y=\"{}\">{}</text>", x + 10, y + 4, words(&newest.1))?;
            write!(f, "<text x=\"{LEFT}\" y=\"{}\">{}</text>", HEIGHT - 6, words(&first.0))?;
            write!(
                f,
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                HEIGHT - 6,
                words(&newest.0)
            )?;
        }
        f.write_str("</svg>")
    }
}

// Whatever is written into it is a number or escaped above.
impl askama::filters::HtmlSafe for Course {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads modules back from the path.
    fn modules(bars: &Bars) -> Vec<u8> {
        let mut read = vec![0; bars.width];
        for run in bars.path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            read[numbers[0]..numbers[0] + numbers[2]].fill(1);
        }
        read
    }

    #[test]
    fn the_bars_are_those_of_the_code_between_quiet_zones() {
        let bars = Bars::of("2611090012");
        let code = Code128::new("\u{0106}2611090012").unwrap().encode();
        let read = modules(&bars);
        assert_eq!(read[QUIET..read.len() - QUIET], code);
        assert!(read[..QUIET].iter().chain(&read[read.len() - QUIET..]).all(|module| *module == 0));
        // Start, five pairs, check and stop: every digit is there.
        assert_eq!(code.len(), 7 * 11 + 13);
        assert!(!Bars::of("26110912345").path.is_empty(), "an odd number of digits has bars as well");
    }

    proptest! {
        #[test]
        fn a_course_is_drawn_within_its_frame(numbers in prop::collection::vec(-500_000_i64..5_000_000, 2..12), low in prop::option::of(0_i64..1_000), high in prop::option::of(1_000_i64..100_000)) {
            let points = numbers.iter().map(|n| ("9 Nov".to_owned(), n.to_string(), *n)).collect();
            let course = Course::of(points, low, high).unwrap();
            for (at, number) in numbers.iter().enumerate() {
                prop_assert!((0..=WIDTH).contains(&course.x(at)) && (0..=HEIGHT).contains(&course.y(*number)));
            }
            let drawn = course.to_string();
            prop_assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>"));
        }
    }
}
