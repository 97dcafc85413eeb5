//! The laboratory's worklist, and how long tests take.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use askama::Template;

use super::age_and_sex;
use crate::access::model::Permission;
use crate::laboratory::model::{LineState, SampleId, Turnaround, minutes_words, shown_code};
use crate::laboratory::store::lines::Line;
use crate::laboratory::store::times::Late;
use crate::web::{FormState, Page, paths};

/// A line of the worklist: what is to be collected of one visit, or one sample.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where it is done.
    pub path: String,
    /// The sample's code, or nothing before there is one.
    pub code: String,
    /// Its tests.
    pub lines: Vec<Line>,
    /// Whether something of it is to be paid before the sample is taken (rule M12).
    pub unpaid: bool,
}

impl Job {
    fn first(&self) -> Option<&Line> {
        self.lines.first()
    }

    /// The patient's name.
    pub fn name(&self) -> String {
        self.first().map(Line::name).unwrap_or_default()
    }

    /// `22 years, female`.
    pub fn facts(&self, page: &Page) -> String {
        self.first().map(|line| age_and_sex(page, line.sex, line.born_on)).unwrap_or_default()
    }

    /// The tests in one line.
    pub fn tests(&self) -> String {
        let names: Vec<&str> = self.lines.iter().map(|line| line.test.as_str()).collect();
        names.join(", ")
    }

    /// Whether any of them is urgent.
    pub fn urgent(&self) -> bool {
        self.lines.iter().any(|line| line.urgent)
    }

    /// The state of the test that is least far.
    pub fn state(&self) -> LineState {
        let rank = |state: LineState| LineState::ALL.iter().position(|one| *one == state);
        let states = self.lines.iter().map(|line| line.state);
        states.min_by_key(|state| rank(*state)).unwrap_or(LineState::Requested)
    }

    /// Minutes since the oldest was ordered.
    pub fn minutes(&self, page: &Page) -> i64 {
        let oldest = self.lines.iter().map(|line| line.requested_at).min();
        oldest.map_or(0, |at| (page.now - at).num_minutes().max(0))
    }

    /// `41 min`, `41 min, late`.
    pub fn age(&self, page: &Page) -> String {
        let words = minutes_words(self.minutes(page));
        if self.level(page) == "over" { format!("{words}, late") } else { words }
    }

    /// How near it is to the time it should take.
    pub fn level(&self, page: &Page) -> &'static str {
        let target = self.lines.iter().map(|line| line.target_minutes).min().unwrap_or(i64::MAX);
        match self.minutes(page) {
            minutes if minutes > target => "over",
            minutes if minutes > target * 3 / 4 => "long",
            _ => "fine",
        }
    }

    /// Who ordered.
    pub fn doctor(&self) -> &str {
        self.first().map_or("", |line| &line.doctor)
    }
}

/// Everything that somebody still has to do.
#[derive(Debug, Default)]
pub struct Jobs {
    /// Critical results that nobody was reached for yet.
    pub calls: Vec<Line>,
    /// Visits with tests that have no sample.
    pub collect: Vec<Job>,
    /// Samples on their way.
    pub samples: Vec<Job>,
}

impl Jobs {
    /// Puts open lines together; they come urgent and old first, and so do their jobs. `unpaid` are the lines that are to be
    /// paid first.
    pub fn of(lines: Vec<Line>, unpaid: &BTreeSet<i64>) -> Self {
        let mut jobs = Jobs::default();
        for line in lines {
            let first = unpaid.contains(&line.id.0);
            match (line.state, line.sample_id) {
                (LineState::Verified, _) => jobs.calls.push(line),
                (LineState::Requested | LineState::Rejected, _) | (_, None) => {
                    let path = paths::laboratory::collection(line.visit_id);
                    add(&mut jobs.collect, path, String::new(), line).unpaid |= first;
                }
                (_, Some(sample)) => {
                    let path = paths::laboratory::sample(sample);
                    let code = line.code_words();
                    add(&mut jobs.samples, path, code, line);
                }
            }
        }
        jobs
    }

    /// `2 results wait for verification`.
    pub fn to_verify(&self) -> String {
        match self.samples.iter().filter(|job| job.state() == LineState::Entered).count() {
            0 => "Nothing waits for verification".to_owned(),
            1 => "1 sample waits for verification".to_owned(),
            more => format!("{more} samples wait for verification"),
        }
    }
}

/// Files a line with its job.
fn add(jobs: &mut Vec<Job>, path: String, code: String, line: Line) -> &mut Job {
    let at = jobs.iter().position(|job| job.path == path).unwrap_or_else(|| {
        jobs.push(Job { path, code, lines: Vec::new(), unpaid: false });
        jobs.len() - 1
    });
    let job = &mut jobs[at];
    job.lines.push(line);
    job
}

/// The worklist.
#[derive(Debug, Template)]
#[template(path = "laboratory/worklist.html")]
pub struct WorklistPage {
    /// The frame.
    pub page: Page,
    /// The code that was typed.
    pub form: FormState,
    /// What is to be done.
    pub jobs: Jobs,
}

/// The part of it that changes.
#[derive(Debug, Template)]
#[template(path = "laboratory/_worklist.html")]
pub struct WorklistPart {
    /// The frame.
    pub page: Page,
    /// What is to be done.
    pub jobs: Jobs,
}

/// What a screen reader hears when the list changes.
pub fn news(jobs: &Jobs) -> String {
    format!("{} calls, {} to collect, {} samples", jobs.calls.len(), jobs.collect.len(), jobs.samples.len())
}

/// Whether somebody works at the bench.
pub fn at_bench(page: &Page) -> bool {
    page.may(Permission::WorkLab)
}

/// Where a critical result is called about.
pub fn call_path(line: &Line) -> String {
    line.current_id.map(paths::laboratory::call).unwrap_or_default()
}

/// One kind of test and how long it took.
#[derive(Debug)]
pub struct Kind {
    /// The test.
    pub name: String,
    /// How long it should take.
    pub target: i64,
    /// How long it took.
    pub taken: Turnaround,
}

impl Kind {
    /// A number of minutes in words.
    pub fn words(&self, minutes: impl Borrow<i64>) -> String {
        minutes_words(*minutes.borrow())
    }
}

/// How long tests take.
#[derive(Debug, Template)]
#[template(path = "laboratory/times.html")]
pub struct TimesPage {
    /// The frame.
    pub page: Page,
    /// Days that were looked back.
    pub days: i64,
    /// Each kind of test, the most frequent first.
    pub kinds: Vec<Kind>,
    /// The latest ones that took too long.
    pub late: Vec<Late>,
}

impl TimesPage {
    /// A number of minutes in words.
    pub fn words(&self, minutes: impl Borrow<i64>) -> String {
        minutes_words(*minutes.borrow())
    }

    /// The code of a late one, and where its sample is.
    pub fn sample(&self, late: &Late) -> Option<(String, String)> {
        let id: SampleId = late.sample_id?;
        Some((paths::laboratory::sample(id), shown_code(late.code.as_deref()?)))
    }
}
