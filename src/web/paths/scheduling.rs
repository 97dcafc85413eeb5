//! Hours, slots, appointments; and a patient's own bookings.

use std::borrow::Borrow;

use chrono::NaiveDate;

use crate::access::model::AccountId;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::scheduling::model::{AppointmentId, AvailabilityId, BlockId};

/// Appointments of the clinic; booking at the desk by POST.
pub const APPOINTMENTS: &str = "/appointments";
/// Bookings that need another time.
pub const UNDECIDED: &str = "/appointments?undecided=yes";
/// Booking at the desk.
pub const NEW_APPOINTMENT: &str = "/appointments/new";
/// One appointment.
pub const APPOINTMENT: &str = "/appointments/{id}";
/// Cancelling at the desk.
pub const DESK_CANCEL: &str = "/appointments/{id}/cancel";
/// Moving at the desk.
pub const DESK_MOVE: &str = "/appointments/{id}/move";
/// Recording that nobody came.
pub const NO_SHOW: &str = "/appointments/{id}/no-show";
/// Taking back at the desk that it was cancelled, not attended or moved.
pub const UNDO: &str = "/appointments/{id}/undo";
/// The desk's note.
pub const NOTE: &str = "/appointments/{id}/note";
/// Answering an objection.
pub const OBJECTION: &str = "/appointments/{id}/objection";
/// The calendar file for staff.
pub const FILE: &str = "/appointments/{id}/calendar.ics";
/// A doctor's week.
pub const CALENDAR: &str = "/calendar";
/// Weekly hours.
pub const AVAILABILITY: &str = "/availability";
/// Adding weekly hours.
pub const NEW_AVAILABILITY: &str = "/availability/new";
/// Changing or ending weekly hours.
pub const AVAILABILITY_ONE: &str = "/availability/{id}";
/// Making slots by hand: a range of days.
pub const MAKE_SLOTS: &str = "/availability/slots";
/// Making one slot by hand.
pub const MAKE_SLOT: &str = "/availability/slot";
/// Blocking a stretch of time.
pub const BLOCK: &str = "/availability/away";
/// Lifting a block.
pub const LIFT: &str = "/availability/away/{id}/lift";
/// Doctors to browse.
pub const DOCTORS: &str = "/doctors";
/// Booking by the patient, step by step: the reason.
pub const BOOK: &str = "/book";
/// Booking: the day.
pub const BOOK_DAY: &str = "/book/day";
/// Booking: the time.
pub const BOOK_TIME: &str = "/book/time";
/// Booking: keeping a place while the details are checked.
pub const BOOK_HOLD: &str = "/book/hold";
/// Booking: the details.
pub const BOOK_CHECK: &str = "/book/{id}";
/// Booking: another reason for the place that is kept.
pub const BOOK_REASON: &str = "/book/{id}/reason";
/// Booking: yes.
pub const BOOK_CONFIRM: &str = "/book/{id}/confirm";
/// The patient's own appointments and visits.
pub const MY_APPOINTMENTS: &str = "/my/appointments";
/// One of them.
pub const MY_APPOINTMENT: &str = "/my/appointments/{id}";
/// Its calendar file.
pub const MY_FILE: &str = "/my/appointments/{id}/calendar.ics";
/// Cancelling it.
pub const MY_CANCEL: &str = "/my/appointments/{id}/cancel";
/// Taking its cancelling or moving back.
pub const MY_UNDO: &str = "/my/appointments/{id}/undo";
/// Moving it: the day, and moving by POST.
pub const MY_MOVE: &str = "/my/appointments/{id}/move";
/// Moving it: the time.
pub const MY_MOVE_TIME: &str = "/my/appointments/{id}/move/time";
/// Moving it: the details.
pub const MY_MOVE_CHECK: &str = "/my/appointments/{id}/move/check";
/// Objecting to a no-show.
pub const MY_OBJECTION: &str = "/my/appointments/{id}/objection";

/// Fills the one id of a pattern in.
fn with_id(pattern: &str, id: impl std::fmt::Display) -> String {
    pattern.replace("{id}", &id.to_string())
}

/// One appointment.
pub fn appointment(id: impl Borrow<AppointmentId>) -> String {
    with_id(APPOINTMENT, id.borrow())
}

/// An address beneath one appointment, by its pattern.
pub fn of(pattern: &str, id: impl Borrow<AppointmentId>) -> String {
    with_id(pattern, id.borrow())
}

/// Booking the follow-up of a visit with this doctor; it leads back to the visit.
pub fn follow_up(
    patient: impl Borrow<PatientId>,
    doctor: impl Borrow<AccountId>,
    visit: impl Borrow<VisitId>,
) -> String {
    format!("{}&doctor={}&visit={}", book_for(patient), doctor.borrow(), visit.borrow())
}

/// Booking at the desk for a patient.
pub fn book_for(patient: impl Borrow<PatientId>) -> String {
    format!("{NEW_APPOINTMENT}?patient={}", patient.borrow())
}

/// One of the patient's own appointments.
pub fn mine(id: impl Borrow<AppointmentId>) -> String {
    with_id(MY_APPOINTMENT, id.borrow())
}

/// The details of a booking that is kept for some minutes.
pub fn book_check(id: impl Borrow<AppointmentId>) -> String {
    with_id(BOOK_CHECK, id.borrow())
}

/// The hours of one doctor.
pub fn availability_of(doctor: impl Borrow<AccountId>) -> String {
    format!("{AVAILABILITY}?doctor={}", doctor.borrow())
}

/// One row of hours.
pub fn availability(id: impl Borrow<AvailabilityId>) -> String {
    with_id(AVAILABILITY_ONE, id.borrow())
}

/// Lifting a block.
pub fn lift(id: impl Borrow<BlockId>) -> String {
    with_id(LIFT, id.borrow())
}

/// The week of a doctor around a day.
pub fn week(doctor: impl Borrow<AccountId>, day: impl Borrow<NaiveDate>) -> String {
    format!("{CALENDAR}?doctor={}&day={}", doctor.borrow(), day.borrow())
}
