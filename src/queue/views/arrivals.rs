//! Check-in at the desk.

use askama::Template;

use crate::queue::model::{EntryState, PointKind, Priority, whereabouts};
use crate::queue::store::appointments::Expected;
use crate::queue::store::people::Found;
use crate::queue::store::points::Point;
use crate::queue::store::visits::Visit;
use crate::scheduling::model::AppointmentState;
use crate::web::form::new_op;
use crate::web::{FormState, Page};

/// The arrivals of today.
#[derive(Debug, Template)]
#[template(path = "queue/arrivals.html")]
pub struct ArrivalsPage {
    /// The frame.
    pub page: Page,
    /// Today's appointments.
    pub today: Today,
    /// The scan box.
    pub form: FormState,
    /// Whom the last check-in concerned.
    pub just: Option<(Visit, String)>,
    /// What was searched for.
    pub q: String,
    /// Who was found.
    pub found: Vec<Found>,
    /// Where a walk-in can go.
    pub points: Vec<Point>,
}

/// The part that changes.
#[derive(Debug, Template)]
#[template(path = "queue/_today.html")]
pub struct TodayPart {
    /// The frame.
    pub page: Page,
    /// Today's appointments.
    pub today: Today,
}

/// Today's appointments, narrowed.
#[derive(Debug)]
pub struct Today {
    /// The rows.
    pub rows: Vec<Expected>,
    /// How many are booked in all.
    pub booked: usize,
    /// How many of them are here.
    pub here: usize,
    /// How many are late.
    pub late: usize,
    /// The query of the part's address.
    pub query: String,
    /// The filter as chosen.
    pub filter: FormState,
    /// The doctors of today: id and name.
    pub doctors: Vec<(String, String)>,
}

impl Today {
    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }

    /// Whether anybody is here, finished, or known not to come: they stand below those still to come.
    pub fn any_come(&self) -> bool {
        self.rows.iter().any(|row| !row.is_due())
    }

    /// The choices of the state filter.
    pub fn states(&self) -> [(&'static str, &'static str); 2] {
        [("", "All"), ("due", "Not yet here")]
    }
}

impl ArrivalsPage {
    /// Points to which walk-ins can be sent.
    pub fn choices(&self) -> Vec<(String, String)> {
        let usual = std::iter::once((String::new(), "The usual way".to_owned()));
        let points = self.points.iter().filter(|point| point.kind != PointKind::Reception);
        usual.chain(points.map(|point| (point.id.to_string(), point.name.clone()))).collect()
    }

    /// The choices of priority.
    pub fn priorities(&self) -> Vec<(&'static str, &'static str)> {
        Priority::choices()
    }

    /// A fresh operation id for each small form.
    pub fn op(&self) -> String {
        new_op()
    }
}

impl Found {
    /// What became of the visit of today, for the look of its token: `done`, `left`, or `waiting` while it lasts.
    pub fn stands(&self) -> &'static str {
        match (self.closed_at, self.close_reason.as_deref()) {
            (None, _) => "waiting",
            (Some(_), Some("finished")) => "done",
            (Some(_), _) => "left",
        }
    }

    /// The same in a word; empty while the visit lasts.
    pub fn ended(&self) -> &'static str {
        match self.stands() {
            "done" => "Finished",
            "left" => "Left",
            _ => "",
        }
    }

    /// The full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name)
    }

    /// Whether the clinic still sees the patient.
    pub fn is_active(&self) -> bool {
        self.state == crate::patients::model::PatientState::Active
    }

    /// The matric number, or the clinic's own.
    pub fn known_as(&self) -> &str {
        self.matric_number.as_deref().unwrap_or(&self.number)
    }
}

impl Expected {
    /// The full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_name)
    }

    /// The matric number, or the clinic's own.
    pub fn known_as(&self) -> &str {
        self.matric_number.as_deref().unwrap_or(&self.number)
    }

    /// Whether the patient came for this booking: a check-in that was undone is none.
    pub fn has_come(&self) -> bool {
        match self.state {
            AppointmentState::Arrived | AppointmentState::InService | AppointmentState::Fulfilled => true,
            AppointmentState::Hold
            | AppointmentState::Booked
            | AppointmentState::Cancelled
            | AppointmentState::NoShow
            | AppointmentState::Rescheduled
            | AppointmentState::EnteredInError => false,
        }
    }

    /// Whether the patient can be checked in: also who comes after the booking was recorded as not attended.
    pub fn can_check_in(&self) -> bool {
        self.is_due() || self.state == AppointmentState::NoShow
    }

    /// Whether the patient is still expected.
    pub fn is_due(&self) -> bool {
        self.state == AppointmentState::Booked
    }

    /// Minutes after the booked time; negative before it.
    pub fn late_by(&self, page: &Page) -> i64 {
        (page.now - self.starts_at).num_minutes()
    }

    /// Whether the patient is late beyond the clinic's tolerance (N1).
    pub fn is_late(&self, page: &Page) -> bool {
        self.is_due() && self.late_by(page) > page.clinic.late_tolerance_minutes
    }

    /// The words of the state, and the attribute of its tag.
    pub fn tag(&self, page: &Page) -> (&'static str, &'static str, String) {
        let late = self.late_by(page);
        match (self.state, self.entry_state) {
            (AppointmentState::NoShow, _) => ("data-state", "missed", "Not come".to_owned()),
            (AppointmentState::Fulfilled, None) => ("data-state", "done", self.whereabouts()),
            (AppointmentState::Booked, _) if late >= 60 => ("data-state", "missed", "Not come".to_owned()),
            (AppointmentState::Booked, _) if self.is_late(page) => {
                ("data-kind", "wait", format!("{late} min late"))
            }
            (AppointmentState::Booked, _) if late >= 0 => ("data-kind", "plain", "Due now".to_owned()),
            (AppointmentState::Booked, _) if late < -60 => ("data-kind", "plain", "Due later".to_owned()),
            (AppointmentState::Booked, _) => ("data-kind", "plain", format!("Due in {} min", -late)),
            (_, Some(state)) => ("data-state", tag_state(state), self.whereabouts()),
            (_, None) => ("data-kind", "plain", self.whereabouts()),
        }
    }

    /// Where the patient is.
    fn whereabouts(&self) -> String {
        whereabouts(self.state, self.entry_state, self.point_kind.zip(self.point.as_deref()))
    }
}

/// The tag's state of an entry.
fn tag_state(state: EntryState) -> &'static str {
    match state {
        EntryState::Waiting => "waiting",
        EntryState::Called => "called",
        EntryState::InService => "serving",
        EntryState::Parked => "parked",
        EntryState::Missed => "missed",
        EntryState::Done | EntryState::Transferred => "done",
        EntryState::Left | EntryState::Void => "left",
    }
}
