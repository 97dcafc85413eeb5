//! A patient's own appointments.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::scheduling::model::{AppointmentState, BookingRules, is_late};
use crate::scheduling::store::appointments::{AppointmentRow, Listed};
use crate::web::{FormState, Page};

/// All of them.
#[derive(Debug, Template)]
#[template(path = "scheduling/my_index.html")]
pub struct MyIndexPage {
    pub page: Page,
    pub upcoming: Vec<Listed>,
    pub past: Vec<Listed>,
}

/// One of them: the confirmation that can be opened again.
#[derive(Debug, Template)]
#[template(path = "scheduling/my_show.html")]
pub struct MyShowPage {
    pub page: Page,
    pub form: FormState,
    pub row: AppointmentRow,
    pub may_change: bool,
    /// Until when the own cancelling or moving can be taken back.
    pub undo_until: Option<DateTime<Utc>>,
    pub may_object: bool,
}

/// Cancelling.
#[derive(Debug, Template)]
#[template(path = "scheduling/my_cancel.html")]
pub struct MyCancelPage {
    pub page: Page,
    pub form: FormState,
    pub row: AppointmentRow,
    pub late: bool,
    pub reasons: Vec<(&'static str, &'static str)>,
}

impl MyShowPage {
    /// What has become of it: the kind of notice, its icon, the heading and a sentence.
    fn notice(&self) -> (&'static str, &'static str, &'static str, String) {
        let arrived = "Your token and your place are on the page Your place.";
        match self.row.state {
            AppointmentState::Hold => (
                "wait",
                "warn",
                "Not booked yet",
                "The place is kept for some minutes. Go back and confirm.".into(),
            ),
            AppointmentState::Booked if self.row.needs_decision => (
                "wait",
                "warn",
                "The clinic cannot keep this time",
                if self.may_change {
                    "Choose another time, or the clinic will call you.".into()
                } else {
                    "The clinic will call you, or go to the desk.".into()
                },
            ),
            AppointmentState::Booked if self.is_late() => {
                ("wait", "warn", "Your time has passed", self.late().into())
            }
            AppointmentState::Booked => {
                ("ok", "done", "Appointment booked", "There is nothing more to do.".into())
            }
            AppointmentState::Arrived => ("ok", "done", "You have arrived", arrived.into()),
            AppointmentState::InService => ("ok", "done", "You are with the doctor", String::new()),
            AppointmentState::Fulfilled => ("ok", "done", "You were seen", String::new()),
            AppointmentState::Cancelled if self.row.never_booked() => {
                let sentence = "The time was kept for some minutes and nobody confirmed it. Book again.";
                ("info", "info", "Not booked", sentence.into())
            }
            AppointmentState::Cancelled => ("info", "info", "Appointment cancelled", self.cancelled()),
            AppointmentState::NoShow if !self.row.counts_as_no_show => {
                let sentence = "It does not count as a missed appointment. You can book another time.";
                ("info", "info", "You were not seen at this time", sentence.into())
            }
            AppointmentState::NoShow => {
                ("wait", "warn", "You did not come", "The clinic waited for you at this time.".into())
            }
            AppointmentState::Rescheduled => {
                ("info", "info", "Appointment moved", "This time is free for somebody else now.".into())
            }
            AppointmentState::EnteredInError => ("info", "info", "Entered in error", String::new()),
        }
    }

    fn is_late(&self) -> bool {
        is_late(self.row.starts_at, self.page.now, &BookingRules::of(&self.page.clinic))
    }

    /// The place is kept for the day (rule N1).
    fn late(&self) -> &'static str {
        if self.page.clinic.day_of(self.row.starts_at) == self.page.today() {
            "Go to the desk: you can still be seen today."
        } else {
            "The desk can help, or book another time."
        }
    }

    fn cancelled(&self) -> String {
        match self.row.ended_by.as_deref() {
            Some("patient") => "You cancelled it. The place is free for somebody else.".to_owned(),
            Some("clinic") => format!("The clinic cancelled it: {}. Book another time.", self.row.end_reason),
            _ => "It was cancelled at the desk. Ask there, or book another time.".to_owned(),
        }
    }
}
