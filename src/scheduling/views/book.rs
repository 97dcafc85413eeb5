//! Booking by the patient, one question a page.

use askama::Template;
use chrono::NaiveDate;

use crate::scheduling::model::AppointmentState;
use crate::scheduling::offer::{Day, Time};
use crate::scheduling::store::appointments::{AppointmentRow, Newer};
use crate::scheduling::store::doctors::Named;
use crate::scheduling::store::people::Reason;
use crate::settings::model::long_day;
use crate::web::{FormState, Page};

/// Why somebody wants to be seen.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_reason.html")]
pub struct ReasonPage {
    pub page: Page,
    pub form: FormState,
    pub reasons: Vec<Reason>,
    /// Where the form leads, and whether that changes a place that is kept.
    pub action: String,
    pub keeps: bool,
}

/// Nothing can be booked online now, and why.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_paused.html")]
pub struct PausedPage {
    pub page: Page,
    pub heading: &'static str,
    pub sentence: String,
    /// Whether choosing again can help.
    pub again: bool,
}

/// An own appointment that cannot be moved here, why, and who can.
#[derive(Debug, Template)]
#[template(path = "scheduling/move_desk.html")]
pub struct MoveDeskPage {
    pub page: Page,
    pub sentence: String,
    pub back: String,
}

/// Which day.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_day.html")]
pub struct DayPage {
    pub page: Page,
    /// The heading.
    pub question: &'static str,
    pub weeks: Vec<(String, Vec<Day>)>,
    pub back: String,
    /// The times of a day, to which `day=` is added.
    pub times: String,
    pub later: Option<String>,
}

/// What time.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_time.html")]
pub struct TimePage {
    pub page: Page,
    pub form: FormState,
    pub day: NaiveDate,
    pub morning: Vec<Time>,
    pub afternoon: Vec<Time>,
    pub doctors: Vec<Named>,
    pub chosen: String,
    pub back: String,
    /// This page for any doctor.
    pub here: String,
    pub target: Target,
}

/// Where choosing a time leads.
#[derive(Debug, Clone)]
pub enum Target {
    /// A place is kept at once, with these hidden fields in the form.
    Hold,
    /// A link to the check page, to which `slot=` is added.
    Link(String),
}

/// The time is gone; these are the nearest.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_lost.html")]
pub struct LostPage {
    pub page: Page,
    pub form: FormState,
    pub heading: &'static str,
    pub sentence: String,
    pub nearest: Vec<Time>,
    pub back: String,
    /// All times of that day, and its name.
    pub all: String,
    pub day: NaiveDate,
    pub target: Target,
}

/// The time was given up for another one, in another tab perhaps.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_meanwhile.html")]
pub struct MeanwhilePage {
    pub page: Page,
    pub newer: Newer,
}

/// The details before the yes.
#[derive(Debug, Template)]
#[template(path = "scheduling/book_check.html")]
pub struct CheckPage {
    pub page: Page,
    pub form: FormState,
    pub row: AppointmentRow,
    pub day: String,
    pub time: String,
}

/// The details before an appointment moves.
#[derive(Debug, Template)]
#[template(path = "scheduling/move_check.html")]
pub struct MoveCheckPage {
    pub page: Page,
    pub form: FormState,
    pub row: AppointmentRow,
    pub slot: crate::scheduling::store::slots::SlotRow,
    pub day: String,
    pub time: String,
}

impl TimePage {
    fn long(&self) -> String {
        long_day(self.day)
    }
}

impl MeanwhilePage {
    fn kept(&self) -> bool {
        self.newer.state == AppointmentState::Hold
    }
}

impl LostPage {
    fn day_words(&self) -> String {
        self.day.format("%A %-d %B").to_string()
    }
}
