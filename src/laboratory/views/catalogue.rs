//! The catalogue and how the laboratory works.

use askama::Template;

use crate::billing::model::naira;
use crate::laboratory::model::{minutes_words, range_words};
use crate::laboratory::store::catalogue::{Analyte, Test};
use crate::patients::model::Sex;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page};

/// Every test.
#[derive(Debug, Template)]
#[template(path = "laboratory/catalogue.html")]
pub struct CataloguePage {
    /// The frame.
    pub page: Page,
    /// The tests.
    pub tests: Vec<Test>,
}

impl CataloguePage {
    /// What a test costs.
    pub fn price(&self, test: &Test) -> String {
        naira(test.price)
    }

    /// How long it should take.
    pub fn target(&self, test: &Test) -> String {
        minutes_words(test.target_minutes)
    }
}

/// One test.
#[derive(Debug, Template)]
#[template(path = "laboratory/test.html")]
pub struct TestPage {
    /// The frame.
    pub page: Page,
    /// Price, whether it is offered and how it is told.
    pub form: FormState,
    /// The test.
    pub test: Test,
    /// What it measures.
    pub analytes: Vec<Analyte>,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
}

/// A range as a row of words.
#[derive(Debug)]
pub struct RangeRow {
    /// For whom.
    pub whom: String,
    /// The range.
    pub range: String,
    /// What is critical.
    pub critical: String,
}

fn age_words(days: i64) -> String {
    // The nearest whole month or year: half a year is 182 days and six months. A year has 365.25 days.
    match days {
        1 => "1 day".to_owned(),
        ..60 => format!("{days} days"),
        60..731 => format!("{} months", (days * 48 + 730) / 1_461),
        _ => format!("{} years", (days * 4 + 730) / 1_461),
    }
}

impl TestPage {
    /// The ranges of an analyte.
    pub fn ranges(&self, analyte: &Analyte) -> Vec<RangeRow> {
        let rows = analyte.ranges().into_iter().map(|range| {
            let sex = match range.sex {
                Some(Sex::Female) => "Women",
                Some(Sex::Male) => "Men",
                Some(Sex::Intersex | Sex::Unknown) | None => "Everybody",
            };
            let ages = match (range.from_days, range.to_days) {
                (0, None) => String::new(),
                (from, None) => format!(", from {}", age_words(from)),
                (0, Some(to)) => format!(", under {}", age_words(to)),
                (from, Some(to)) => format!(", {} to {}", age_words(from), age_words(to)),
            };
            let edge = |words: &str, limit: Option<i64>| {
                limit.map(|limit| {
                    format!("{words} {}", crate::laboratory::model::decimal(limit, analyte.decimals))
                })
            };
            let edges = [edge("at most", range.critical_low), edge("at least", range.critical_high)];
            RangeRow {
                whom: format!("{sex}{ages}"),
                range: range_words(range.low, range.high, analyte.decimals),
                critical: edges.into_iter().flatten().collect::<Vec<_>>().join(", "),
            }
        });
        rows.collect()
    }

    /// The choices in words, each with what it means.
    pub fn choices(&self, analyte: &Analyte) -> String {
        let one = |(words, flag): (&str, crate::laboratory::model::Flag)| {
            if flag.is_abnormal() {
                format!("{words} ({})", flag.label().to_lowercase())
            } else {
                words.to_owned()
            }
        };
        analyte.choices().into_iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// How the laboratory works.
#[derive(Debug, Template)]
#[template(path = "laboratory/rules.html")]
pub struct RulesPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
}

#[cfg(test)]
mod tests {
    use super::age_words;

    #[test]
    fn an_age_is_said_in_its_nearest_whole_unit() {
        let said = [(1, "1 day"), (28, "28 days"), (61, "2 months"), (91, "3 months"), (182, "6 months")];
        for (days, words) in said {
            assert_eq!(age_words(days), words);
        }
        for (days, words) in [(365, "12 months"), (731, "2 years"), (4_382, "12 years"), (6_574, "18 years")]
        {
            assert_eq!(age_words(days), words);
        }
    }
}
