//! Pages of the desk: the list, one appointment, booking, a doctor's week.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::Permission;
use crate::queue::model::VisitId;
use crate::record::Banner;
use crate::scheduling::model::AppointmentId;
use crate::scheduling::store::appointments::{AppointmentRow, Listed};
use crate::scheduling::store::doctors::Named;
use crate::scheduling::store::people::{Known, Reason};
use crate::web::{FormState, Page, filters};

/// Values and words of a choice.
pub type Choices = Vec<(String, String)>;

/// Doctors to choose from.
pub fn doctors(names: &[Named]) -> Choices {
    names.iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
}

/// Appointments of a day, or of a search.
#[derive(Debug, Template)]
#[template(path = "scheduling/index.html")]
pub struct IndexPage {
    pub page: Page,
    pub form: FormState,
    pub list: Vec<Listed>,
    pub doctors: Choices,
    pub states: Choices,
    pub span: String,
    pub more: Option<String>,
}

/// A line of an appointment's history.
#[derive(Debug, Clone)]
pub struct Happened {
    pub at: DateTime<Utc>,
    pub who: String,
    pub what: String,
}

/// One appointment.
#[derive(Debug, Template)]
#[template(path = "scheduling/show.html")]
pub struct ShowPage {
    pub page: Page,
    pub form: FormState,
    pub row: AppointmentRow,
    pub history: Vec<Happened>,
    pub may: May,
    pub banner: Option<Banner>,
}

/// What can be done with an appointment now.
#[derive(Debug, Clone, Copy, Default)]
pub struct May {
    pub change: bool,
    pub cancel: bool,
    /// The patient is checked in: the token goes back before it can be cancelled.
    pub here: bool,
    pub miss: bool,
    pub answer: bool,
    /// Until when the last step can be taken back.
    pub undo: Option<DateTime<Utc>>,
    pub note: bool,
    pub read_words: bool,
}

/// A free time of a doctor.
#[derive(Debug, Clone)]
pub struct DeskTime {
    pub slot: String,
    pub words: String,
    pub free: u32,
}

/// Booking at the desk on one page; also for moving.
#[derive(Debug, Template)]
#[template(path = "scheduling/new.html")]
pub struct NewPage {
    pub page: Page,
    pub form: FormState,
    pub patient: Known,
    pub upcoming: Vec<Listed>,
    pub reasons: Vec<Reason>,
    pub doctors: Choices,
    pub day: NaiveDate,
    pub grid: Vec<(String, Vec<DeskTime>)>,
    pub moving: Option<AppointmentId>,
}

impl NewPage {
    /// The visit from which the follow-up is booked.
    fn visit(&self) -> Option<VisitId> {
        self.form.value("visit").parse().ok().filter(|_| self.page.may(Permission::WriteNotes))
    }

    fn reason_choices(&self) -> Choices {
        self.reasons
            .iter()
            .map(|reason| (reason.id.to_string(), format!("{} ({} min)", reason.name, reason.minutes)))
            .collect()
    }

    fn action(&self) -> String {
        use crate::web::paths::scheduling as paths;
        self.moving.map_or_else(|| paths::APPOINTMENTS.to_owned(), |id| paths::of(paths::DESK_MOVE, id))
    }
}

/// A slot in a doctor's week.
#[derive(Debug, Clone)]
pub struct Cell {
    pub clock: String,
    pub words: String,
    pub level: &'static str,
    pub href: String,
}

/// A day in a doctor's week.
#[derive(Debug, Clone)]
pub struct Column {
    pub day: NaiveDate,
    pub today: bool,
    pub morning: Vec<Cell>,
    pub afternoon: Vec<Cell>,
}

/// A doctor's week.
#[derive(Debug, Template)]
#[template(path = "scheduling/week.html")]
pub struct WeekPage {
    pub page: Page,
    pub form: FormState,
    pub doctors: Choices,
    pub doctor: Option<Named>,
    pub own: bool,
    pub columns: Vec<Column>,
    pub booked: i64,
    pub left: i64,
    pub earlier: String,
    pub this: String,
    pub later: String,
    pub away: Vec<String>,
    pub may_change: bool,
}

impl WeekPage {
    fn span(&self) -> String {
        match (self.columns.first(), self.columns.last()) {
            (Some(first), Some(last)) => {
                format!("{} to {}", first.day.format("%-d %B"), last.day.format("%-d %B %Y"))
            }
            _ => String::new(),
        }
    }
}
