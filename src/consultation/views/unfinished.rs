//! What is unfinished, in lines.

use askama::Template;

use crate::consultation::model::DayItem;
use crate::consultation::store::days::Item;
use crate::queue::model::whereabouts;
use crate::scheduling::model::AppointmentState;
use crate::web::{Page, paths};

/// The list.
#[derive(Debug, Template)]
#[template(path = "consultation/unfinished.html")]
pub struct UnfinishedPage {
    /// The frame.
    pub page: Page,
    /// Drafts first.
    pub items: Vec<Item>,
}

impl Item {
    /// Where it goes on.
    pub fn path(&self) -> String {
        match (self.what, self.note_id, self.visit_id, self.appointment_id) {
            (DayItem::SetAside, Some(note), _, _) => paths::consultation::note(note),
            (DayItem::Booking, _, _, Some(appointment)) => paths::scheduling::appointment(appointment),
            (DayItem::Procedure, _, Some(visit), _) => paths::procedures::of_visit(visit),
            (_, _, Some(visit), _) => paths::consultation::consult(visit),
            (_, _, None, _) => paths::patients::show(self.patient_id),
        }
    }

    /// Its picture.
    pub fn icon(&self) -> &'static str {
        match self.what {
            DayItem::Draft | DayItem::SetAside => "pencil",
            DayItem::Visit => "doctor",
            DayItem::Procedure => "done",
            DayItem::Booking => "calendar",
        }
    }

    /// `Draft, not signed · A012 · saved 2026-11-09 10:20`
    pub fn words(&self, page: &Page) -> String {
        let clock = page.clinic.clock(self.at);
        match self.what {
            DayItem::Booking => {
                let state = self.mark.parse().unwrap_or(AppointmentState::Booked);
                let at = self.point_kind.zip(self.point.as_deref());
                format!("{clock} \u{b7} {}", whereabouts(state, self.entry_state, at))
            }
            DayItem::Draft | DayItem::SetAside => {
                format!("{} \u{b7} {} \u{b7} saved {}", self.what, self.mark, page.clinic.stamp(self.at))
            }
            DayItem::Procedure => format!("{} \u{b7} planned {clock}", self.mark),
            DayItem::Visit => format!("{} \u{b7} {} \u{b7} begun {clock}", self.what, self.mark),
        }
    }
}
