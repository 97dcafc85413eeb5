//! The doctor's side: results to review, one result with its versions and its course, the same on paper.

use askama::Template;

use super::Who;
use super::svg::Course;
use crate::laboratory::model::{LineState, RejectReason, ReviewReason, Tell, VersionState};
use crate::laboratory::store::lines::Line;
use crate::laboratory::store::results::{Value, Version};
use crate::laboratory::store::reviews::ToReview;
use crate::record::Banner;
use crate::web::{FormState, Page, filters};

/// What waits for a doctor.
#[derive(Debug)]
pub struct Waiting {
    /// Results to review.
    pub reviews: Vec<ToReview>,
    /// Own orders that are not done, those that need a new sample first.
    pub open: Vec<Line>,
}

impl Waiting {
    /// What a screen reader hears when the list changes.
    pub fn news(&self) -> String {
        format!("{} results to review", self.reviews.len())
    }
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "laboratory/reviews.html")]
pub struct ReviewsPage {
    /// The frame.
    pub page: Page,
    /// What waits.
    pub waiting: Waiting,
}

/// The part of it that changes.
#[derive(Debug, Template)]
#[template(path = "laboratory/_reviews.html")]
pub struct ReviewsPart {
    /// The frame.
    pub page: Page,
    /// What waits.
    pub waiting: Waiting,
}

/// One version of a result with everything around it.
#[derive(Debug)]
pub struct Shown {
    /// The line.
    pub line: Line,
    /// Whose result it is, as paper says it.
    pub who: Who,
    /// The same with what could harm them.
    pub banner: Banner,
    /// The version that is shown.
    pub version: Version,
    /// Every version, the oldest first.
    pub versions: Vec<Version>,
    /// Every value of the patient for this test, the newest first.
    pub all: Vec<Value>,
}

impl Shown {
    /// The values of this version.
    pub fn values(&self) -> Vec<&Value> {
        self.all.iter().filter(|value| value.result_id == self.version.id).collect()
    }

    /// Whether a newer version took its place.
    pub fn superseded(&self) -> bool {
        self.version.state == VersionState::Superseded
    }

    /// The version that holds.
    pub fn current(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.state == VersionState::Current)
    }

    /// The version that says that there is no result that counts, when that is what holds.
    pub fn withdrawal(&self) -> Option<&Version> {
        self.current().filter(|current| current.void)
    }

    fn holds(&self) -> bool {
        matches!(self.line.state, LineState::Verified | LineState::Released)
    }

    /// Why a released result is in doubt; none while it stands, and none when it was cancelled: then it is withdrawn.
    pub fn again(&self) -> Option<&'static str> {
        self.current().filter(|_| !self.holds() && self.line.state != LineState::Cancelled)?;
        Some(if self.line.state == LineState::Rejected {
            "The sample was rejected while this result was looked at again. It may be wrong. A new sample is asked for."
        } else {
            "The laboratory is looking at this result again. A corrected version will come to your list."
        })
    }

    /// Why the sample of a result that still holds was rejected later.
    pub fn rejected(&self) -> Option<RejectReason> {
        self.line.reject_reason.filter(|_| self.holds() && !self.line.withdrawn)
    }

    /// Whether a critical value still waits for the call.
    pub fn waits_for_call(&self) -> bool {
        self.version.critical && self.version.told.is_none() && self.version.state == VersionState::Current
    }

    /// The value of the same kind before this version.
    pub fn last(&self, value: &&Value) -> Option<&Value> {
        self.all.iter().find(|past| {
            past.analyte_id == value.analyte_id
                && past.line_id != value.line_id
                && past.state == VersionState::Current
                && past.collected_at < value.collected_at
        })
    }

    /// The course of each number that was measured more than once: its name and unit, the drawing.
    pub fn courses(&self, page: &Page) -> Vec<(String, Course)> {
        let day = |value: &Value| page.clinic.day_of(value.collected_at).format("%-d %b %Y").to_string();
        let mut courses = Vec::new();
        for value in self.values() {
            let mut points: Vec<&Value> = self
                .all
                .iter()
                .filter(|past| past.analyte_id == value.analyte_id && past.decimals == value.decimals)
                // What was corrected is no reading of its own: the version that holds stands in its place.
                .filter(|past| past.state == VersionState::Current)
                .collect();
            points.sort_by_key(|past| past.collected_at);
            let points = points.into_iter().filter_map(|past| Some((day(past), past.shown(), past.amount?)));
            let points: Vec<_> = points.collect();
            let newest = points.len().saturating_sub(10);
            if let Some(course) = Course::of(points[newest..].to_vec(), value.low, value.high) {
                let name = format!("{} {}", value.name, value.unit).trim().to_owned();
                courses.push((name, course));
            }
        }
        courses
    }
}

impl Version {
    /// How it stands in a word.
    pub fn stands(&self) -> &'static str {
        if self.void && self.state == VersionState::Current { "Withdrawn" } else { self.state.label() }
    }
}

/// The page of one version.
#[derive(Debug, Template)]
#[template(path = "laboratory/result.html")]
pub struct ResultPage {
    /// The frame.
    pub page: Page,
    /// How the patient is told.
    pub form: FormState,
    /// The result.
    pub shown: Shown,
    /// Why it waits for whoever looks; none when it does not.
    pub review: Option<ReviewReason>,
    /// Why nothing happened.
    pub notice: Option<String>,
}

impl ResultPage {
    /// The choices of how the patient learns of it. What is told in person has one only.
    pub fn tells(&self) -> Vec<(&'static str, &'static str)> {
        let fits = |tell: &&Tell| !self.shown.line.in_person || **tell == Tell::InPerson;
        Tell::ALL.iter().filter(fits).map(|tell| (tell.as_str(), tell.label())).collect()
    }

    /// What the patient sees of it now.
    pub fn patient_words(&self) -> String {
        let released = self.shown.line.state == LineState::Released || self.shown.line.withdrawn;
        match (self.shown.line.in_person, self.shown.line.patient_at) {
            (true, _) => "Told in person only, not shown to the patient".to_owned(),
            (false, _) if !released => "Not shown to the patient before it is released".to_owned(),
            (false, Some(at)) if at <= self.page.now => "The patient can read it".to_owned(),
            (false, Some(at)) => {
                format!("The patient can read it from {} on", self.page.clinic.stamp(at))
            }
            (false, None) => "Not shown to the patient".to_owned(),
        }
    }
}

/// One version on paper.
#[derive(Debug, Template)]
#[template(path = "laboratory/print.html")]
pub struct PrintPage {
    /// The frame.
    pub page: Page,
    /// The result.
    pub shown: Shown,
}
