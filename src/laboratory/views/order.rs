//! Ordering tests, taking their samples, the labels.

use askama::Template;

use super::{Who, svg::Bars};
use crate::billing::model::naira;
use crate::laboratory::model::{LineId, LineState, shown_code};
use crate::laboratory::store::catalogue::Test;
use crate::laboratory::store::lines::Line;
use crate::laboratory::store::orders::Visit;
use crate::laboratory::store::samples::Sample;
use crate::record::Banner;
use crate::web::{FormState, Page};

/// Ordering tests for a visit.
#[derive(Debug, Template)]
#[template(path = "laboratory/order.html")]
pub struct OrderPage {
    /// The frame.
    pub page: Page,
    /// What was ticked and typed.
    pub form: FormState,
    /// The visit.
    pub visit: Visit,
    /// Whose visit it is, with what could harm them.
    pub banner: Banner,
    /// What the catalogue offers, narrowed by the search.
    pub tests: Vec<Test>,
    /// The words of the search.
    pub q: String,
    /// What was ordered in this visit.
    pub lines: Vec<Line>,
    /// What of the choice is open already, when it was not said that it is wanted again.
    pub again: Vec<String>,
}

impl OrderPage {
    /// The tests by bench, panels first, then in the catalogue's order.
    pub fn groups(&self) -> Vec<(&str, Vec<&Test>)> {
        let mut groups: Vec<(&str, Vec<&Test>)> = Vec::new();
        for test in &self.tests {
            match groups.iter_mut().find(|(name, _)| *name == test.department) {
                Some((_, tests)) => tests.push(test),
                None => groups.push((&test.department, vec![test])),
            }
        }
        groups
    }

    /// Whether a line can still be cancelled.
    pub fn can_cancel(&self, line: &Line) -> bool {
        matches!(line.state, LineState::Requested | LineState::Rejected)
    }

    /// What whoever cancels has to know; empty where no result was released.
    pub fn withdraws(&self, line: &Line) -> &'static str {
        if line.current_id.is_some() && !line.withdrawn {
            "The released result is withdrawn with it. Who read it is told why, the patient too"
        } else {
            ""
        }
    }

    /// The field of the reason for cancelling a line.
    pub fn why(&self, line: &Line) -> String {
        why_of(line.id)
    }

    /// What a test costs.
    pub fn price(&self, test: &Test) -> String {
        naira(test.price)
    }
}

/// The field of the reason for cancelling a line.
pub fn why_of(line: LineId) -> String {
    format!("why{line}")
}

/// Taking the samples of a visit.
#[derive(Debug, Template)]
#[template(path = "laboratory/collect.html")]
pub struct CollectPage {
    /// The frame.
    pub page: Page,
    /// What was ticked.
    pub form: FormState,
    /// The visit.
    pub visit: Visit,
    /// Whose visit it is.
    pub who: Who,
    /// What waits for its sample.
    pub waiting: Vec<Line>,
    /// The samples of this visit, the newest first.
    pub samples: Vec<(Sample, Vec<String>)>,
    /// Why nothing happened.
    pub notice: Option<String>,
}

impl CollectPage {
    /// What waits, by specimen: one sample each.
    pub fn groups(&self) -> Vec<(&str, Vec<&Line>)> {
        let mut groups: Vec<(&str, Vec<&Line>)> = Vec::new();
        for line in &self.waiting {
            match groups.iter_mut().find(|(name, _)| *name == line.specimen) {
                Some((_, lines)) => lines.push(line),
                None => groups.push((&line.specimen, vec![line])),
            }
        }
        groups
    }

    /// The first question of what waits.
    pub fn questions(&self) -> Vec<&str> {
        let mut questions: Vec<&str> = self.waiting.iter().map(|line| line.question.as_str()).collect();
        questions.retain(|question| !question.is_empty());
        questions.dedup();
        questions
    }
}

/// One label.
#[derive(Debug)]
pub struct Label {
    /// The sample.
    pub sample: Sample,
    /// Its tests.
    pub tests: Vec<String>,
    /// The code as bars.
    pub bars: Bars,
}

impl Label {
    /// A sample's label.
    pub fn new(sample: Sample, tests: Vec<String>) -> Self {
        Label { bars: Bars::of(&sample.code), sample, tests }
    }

    /// The code as people read it.
    pub fn code(&self) -> String {
        shown_code(&self.sample.code)
    }
}

/// Labels to print.
#[derive(Debug, Template)]
#[template(path = "laboratory/labels.html")]
pub struct LabelsPage {
    /// The frame.
    pub page: Page,
    /// Whose samples they are.
    pub who: Who,
    /// The labels.
    pub labels: Vec<Label>,
    /// Where the page leads back to.
    pub back: String,
}
