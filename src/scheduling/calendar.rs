//! Calendar files: UTC times, an id that stays when the appointment moves, a sequence that rises (rule B13).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use super::model::AppointmentState;
use super::store::appointments::AppointmentRow;
use crate::settings::model::Clinic;

/// Whether the appointment still stands.
fn stands(state: AppointmentState) -> bool {
    match state {
        AppointmentState::Booked
        | AppointmentState::Arrived
        | AppointmentState::InService
        | AppointmentState::Fulfilled
        | AppointmentState::NoShow => true,
        AppointmentState::Hold
        | AppointmentState::Cancelled
        | AppointmentState::Rescheduled
        | AppointmentState::EnteredInError => false,
    }
}

/// The file's text. It names the clinic and the doctor, never the reason (rule F2).
pub fn text(clinic: &Clinic, row: &AppointmentRow) -> String {
    let stands = stands(row.state);
    let place = match &row.room {
        Some(room) => format!("{}, {room}", clinic.name),
        None => clinic.name.clone(),
    };
    let place = if clinic.address.is_empty() { place } else { format!("{place}, {}", clinic.address) };
    let event = Event::new()
        .uid(&format!("{}@infirmary", row.calendar_uid))
        .sequence(u32::try_from(row.calendar_sequence).unwrap_or(0))
        .timestamp(row.updated_at)
        .starts(row.starts_at)
        .ends(row.ends_at)
        .summary(&format!("Appointment at {}", clinic.name))
        .description(&format!("With {}. Reference {}.", row.doctor_name, row.reference))
        .location(&place)
        .status(if stands { EventStatus::Confirmed } else { EventStatus::Cancelled })
        .done();
    let mut calendar = Calendar::new();
    calendar.append_property(Property::new("METHOD", if stands { "PUBLISH" } else { "CANCEL" }).done());
    calendar.push(event);
    calendar.done().to_string()
}

/// The file as a download.
pub fn answer(clinic: &Clinic, row: &AppointmentRow) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"appointment-{}.ics\"", row.reference)),
    ];
    (headers, text(clinic, row)).into_response()
}
