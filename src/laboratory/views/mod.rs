//! Pages of the laboratory.

pub mod catalogue;
pub mod health;
pub mod mine;
pub mod order;
pub mod result;
pub mod sample;
pub mod svg;
pub mod worklist;

use std::borrow::Borrow;

use chrono::{DateTime, NaiveDate, Utc};

use crate::laboratory::model::{LineState, shown_code};
use crate::laboratory::store::lines::Line;
use crate::laboratory::store::orders::Visit;
use crate::patients::model::Sex;
use crate::settings::model::{age_on, plain_day};
use crate::web::Page;

/// Who somebody is, as the heads of our pages show it: name, birth date and number are what a sample is checked against.
#[derive(Debug, Clone)]
pub struct Who {
    /// Given names first.
    pub name: String,
    /// `22 years, female`.
    pub age_and_sex: String,
    /// `27 March 2004`, or that it is not recorded.
    pub born: String,
    /// The clinic number.
    pub number: String,
    /// The matric number, or empty.
    pub matric: String,
}

/// `22 years, female`.
pub fn age_and_sex(page: &Page, sex: Sex, born_on: Option<NaiveDate>) -> String {
    let sex = sex.label().to_lowercase();
    match born_on.and_then(|born| age_on(page.today(), born)) {
        Some(1) => format!("1 year, {sex}"),
        Some(age) => format!("{age} years, {sex}"),
        None => sex,
    }
}

impl Who {
    fn of(
        page: &Page,
        names: (&str, &str),
        (sex, born_on): (Sex, Option<NaiveDate>),
        (number, matric): (&str, Option<&str>),
    ) -> Self {
        Who {
            name: format!("{} {}", names.0, names.1).trim().to_owned(),
            age_and_sex: age_and_sex(page, sex, born_on),
            born: born_on.map_or_else(|| "Not recorded".to_owned(), plain_day),
            number: number.to_owned(),
            matric: matric.unwrap_or_default().to_owned(),
        }
    }

    /// The patient of a line.
    pub fn of_line(page: &Page, line: &Line) -> Self {
        let names = (line.given_names.as_str(), line.family_name.as_str());
        Who::of(page, names, (line.sex, line.born_on), (&line.number, line.matric_number.as_deref()))
    }

    /// The patient of a visit.
    pub fn of_visit(page: &Page, visit: &Visit) -> Self {
        let names = (visit.given_names.as_str(), visit.family_name.as_str());
        Who::of(page, names, (visit.sex, visit.born_on), (&visit.number, visit.matric_number.as_deref()))
    }
}

/// The clinic's day of a moment: `2026-11-09`.
pub fn day(page: &Page, at: impl Borrow<DateTime<Utc>>) -> String {
    page.clinic.day_of(*at.borrow()).to_string()
}

impl Line {
    /// When its sample was taken; before that, when it was ordered.
    pub fn taken(&self) -> DateTime<Utc> {
        self.collected_at.unwrap_or(self.requested_at)
    }

    fn taken_back(&self) -> bool {
        self.withdrawn && matches!(self.state, LineState::Released | LineState::Cancelled)
    }

    /// How it stands in a word: a result that was taken back is not merely released or cancelled.
    pub fn stands(&self) -> &'static str {
        if self.taken_back() { "Withdrawn" } else { self.state.label() }
    }

    /// The colour of its tag.
    pub fn kind(&self) -> &'static str {
        if self.taken_back() { "danger" } else { self.state.kind() }
    }

    /// The colour and the word of a result that is not as it should be: a released one is not a harmless one.
    pub fn mark(&self) -> Option<(&'static str, &'static str)> {
        self.current_id.filter(|_| !self.withdrawn)?;
        match (self.critical, self.outside) {
            (true, _) => Some(("danger", "Critical")),
            (false, true) => Some(("wait", "Outside range")),
            (false, false) => None,
        }
    }

    /// The patient's name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name).trim().to_owned()
    }

    /// The sample's code as people read it, or nothing.
    pub fn code_words(&self) -> String {
        self.code.as_deref().map(shown_code).unwrap_or_default()
    }
}
