//! One sample at the bench: its steps, entering, correcting, calling.

use askama::Template;

use super::Who;
use crate::access::model::AccountId;
use crate::laboratory::model::{
    AgeAt, AnalyteKind, LineId, LineState, RejectReason, VersionState, pick, range_words, shown_code,
};
use crate::laboratory::store::catalogue::Analyte;
use crate::laboratory::store::lines::{Line, Step};
use crate::laboratory::store::results::{Call, Value, Version};
use crate::laboratory::store::samples::Sample;
use crate::web::{FormState, Page, paths};

/// A test on a sample with its result, if there is one.
#[derive(Debug)]
pub struct OnSample {
    /// The line.
    pub line: Line,
    /// Its versions that hold or wait.
    pub versions: Vec<Version>,
    /// The values of this line.
    pub values: Vec<Value>,
}

impl OnSample {
    /// The version that waits, else the one that holds.
    pub fn version(&self) -> Option<&Version> {
        let pending = self.versions.iter().find(|version| version.state == VersionState::Pending);
        pending.or_else(|| self.versions.last())
    }

    /// The values of that version, in the order of the report.
    pub fn shown(&self) -> Vec<&Value> {
        let id = self.version().map(|version| version.id);
        self.values.iter().filter(|value| Some(value.result_id) == id).collect()
    }

    /// Whether a correction waits.
    pub fn corrected(&self) -> bool {
        self.version().is_some_and(|version| version.corrects_id.is_some())
    }
}

/// One sample.
#[derive(Debug, Template)]
#[template(path = "laboratory/sample.html")]
pub struct SamplePage {
    /// The frame.
    pub page: Page,
    /// For its forms; what was typed into the one that was refused.
    pub form: FormState,
    /// The sample.
    pub sample: Sample,
    /// Whose sample it is.
    pub who: Who,
    /// Its tests.
    pub tests: Vec<OnSample>,
    /// Earlier values of the same kind, the newest first.
    pub past: Vec<Value>,
    /// What happened.
    pub steps: Vec<Step>,
    /// Why nothing happened.
    pub notice: Option<String>,
}

impl SamplePage {
    /// The code as people read it.
    pub fn code(&self) -> String {
        shown_code(&self.sample.code)
    }

    fn any(&self, states: &[LineState]) -> bool {
        self.here().any(|test| states.contains(&test.line.state))
    }

    /// The tests that are on this sample now; the others went on to a new one.
    fn here(&self) -> impl Iterator<Item = &OnSample> {
        self.tests.iter().filter(|test| test.line.sample_id == Some(self.sample.id))
    }

    /// Whether it is on its way.
    pub fn to_receive(&self) -> bool {
        self.any(&[LineState::Collected])
    }

    /// Whether work on it can begin.
    pub fn to_start(&self) -> bool {
        self.any(&[LineState::Received])
    }

    /// Whether results can be entered.
    pub fn to_enter(&self) -> bool {
        self.any(&[LineState::Received, LineState::InProgress])
    }

    /// Whether it can be rejected.
    pub fn can_reject(&self) -> bool {
        self.any(&[LineState::Collected, LineState::Received, LineState::InProgress, LineState::Entered])
    }

    /// Whether a new sample is to be taken in its place.
    pub fn to_replace(&self) -> bool {
        self.any(&[LineState::Rejected])
    }

    /// The tests that were released from this sample before it was rejected, and still hold.
    pub fn in_doubt(&self) -> Vec<&OnSample> {
        let holds = |test: &&OnSample| self.can_correct(test) && !test.line.withdrawn;
        self.here().filter(|test| self.sample.rejected_at.is_some() && holds(test)).collect()
    }

    /// The tests that wait for verification by whoever looks.
    pub fn to_verify(&self) -> Vec<&OnSample> {
        self.here().filter(|test| test.line.state == LineState::Entered && self.may_verify(test)).collect()
    }

    /// Those that wait for somebody else.
    pub fn for_another(&self) -> Vec<&OnSample> {
        self.here().filter(|test| test.line.state == LineState::Entered && !self.may_verify(test)).collect()
    }

    fn me(&self) -> Option<AccountId> {
        self.page.actor.as_ref().map(|actor| actor.account)
    }

    fn may_verify(&self, test: &OnSample) -> bool {
        let own = test.version().map(|version| version.entered_by) == self.me();
        !own || self.sample.self_verify
    }

    /// Whether verifying now would be by the same person.
    pub fn alone(&self) -> bool {
        self.to_verify().iter().any(|test| test.version().map(|version| version.entered_by) == self.me())
    }

    /// The last value of the same kind before this sample.
    pub fn last(&self, value: &&Value) -> Option<&Value> {
        self.past.iter().find(|past| past.analyte_id == value.analyte_id)
    }

    /// Whether a test went on to a new sample.
    pub fn moved_on(&self, test: &OnSample) -> bool {
        test.line.sample_id != Some(self.sample.id)
    }

    /// Whether a result can be corrected.
    pub fn can_correct(&self, test: &OnSample) -> bool {
        matches!(test.line.state, LineState::Verified | LineState::Released)
    }

    /// The questions of the doctors.
    pub fn questions(&self) -> Vec<&str> {
        let mut questions: Vec<&str> = self.tests.iter().map(|test| test.line.question.as_str()).collect();
        questions.retain(|question| !question.is_empty());
        questions.dedup();
        questions
    }

    /// Reasons for rejecting.
    pub fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        RejectReason::choices()
    }

    /// Where a new sample is taken.
    pub fn collection(&self) -> String {
        paths::laboratory::collection(self.sample.visit_id)
    }
}

/// One row of the form of results.
#[derive(Debug)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// The analyte.
    pub analyte: Analyte,
    /// The range that holds for this person, in words.
    pub range: String,
    /// The last value of the same kind.
    pub last: Option<Value>,
}

impl Field {
    /// A row for somebody.
    pub fn new(analyte: Analyte, who: AgeAt, past: &[Value]) -> Self {
        let by = pick(&analyte.ranges(), who);
        let range = range_words(by.low, by.high, analyte.decimals);
        let last = past.iter().find(|value| value.analyte_id == analyte.id).cloned();
        Field { name: format!("v{}", analyte.id), range, last, analyte }
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.analyte.kind == AnalyteKind::Number
    }

    /// Whether it is one of a list.
    pub fn is_choice(&self) -> bool {
        self.analyte.kind == AnalyteKind::Choice
    }

    /// The list.
    pub fn options(&self) -> Vec<&str> {
        self.analyte.choices().into_iter().map(|(words, _)| words).collect()
    }
}

/// The hidden field of a line's version.
pub fn version_of(line: LineId) -> String {
    format!("version{line}")
}

/// The field of a line's remark.
pub fn comment_of(line: LineId) -> String {
    format!("comment{line}")
}

/// The field that says that what is missing of a line is not done.
pub fn partial_of(line: LineId) -> String {
    format!("partial{line}")
}

/// A test whose result is typed.
#[derive(Debug)]
pub struct Block {
    /// The line.
    pub line: Line,
    /// Its rows.
    pub fields: Vec<Field>,
}

impl Block {
    /// The hidden field of its version.
    pub fn version_field(&self) -> String {
        version_of(self.line.id)
    }

    /// The field of its remark.
    pub fn comment_field(&self) -> String {
        comment_of(self.line.id)
    }

    /// The field that says that what is missing is not done.
    pub fn partial_field(&self) -> String {
        partial_of(self.line.id)
    }

    /// Whether something was missing that nobody has asked about yet, or that is not done.
    pub fn is_partial(&self, form: &FormState) -> bool {
        let field = self.partial_field();
        form.error(&field).is_some() || form.chosen(&field, "yes")
    }
}

/// Entering the results of a sample, or correcting one.
#[derive(Debug, Template)]
#[template(path = "laboratory/entry.html")]
pub struct EntryPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Whose sample it is.
    pub who: Who,
    /// The code as people read it.
    pub code: String,
    /// The tests.
    pub blocks: Vec<Block>,
    /// Where the form goes.
    pub action: String,
    /// Where the page leads back to.
    pub back: String,
    /// Whether a released result is corrected.
    pub correcting: bool,
    /// Whether it can be withdrawn instead.
    pub withdrawing: bool,
    /// Whether its sample was rejected: then it can be withdrawn only.
    pub rejected: bool,
    /// Tests that a colleague entered while this was typed.
    pub meanwhile: Vec<Entered>,
}

/// A test that a colleague entered first, beside what was typed for it.
#[derive(Debug)]
pub struct Entered {
    /// The test.
    pub test: String,
    /// Who entered it.
    pub who: String,
    /// Each analyte with what is stored and what was typed.
    pub rows: Vec<(String, String, String)>,
}

/// Calling about a critical result.
#[derive(Debug, Template)]
#[template(path = "laboratory/call.html")]
pub struct CallPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The line.
    pub line: Line,
    /// Whose result it is.
    pub who: Who,
    /// The critical values.
    pub values: Vec<Value>,
    /// Calls so far.
    pub calls: Vec<Call>,
    /// Why nothing happened.
    pub notice: Option<String>,
}

impl CallPage {
    /// The ways to call.
    pub fn means(&self) -> [(&'static str, &'static str); 2] {
        [("phone", "By phone"), ("in_person", "Face to face")]
    }

    /// How it went.
    pub fn outcomes(&self) -> [(&'static str, &'static str); 2] {
        [("reached", "Reached, and the value was read back"), ("not_reached", "Nobody was reached")]
    }
}
