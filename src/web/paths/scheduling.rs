//! Hours, slots, appointments; and a patient's own bookings.

use std::borrow::Borrow;

use crate::patients::model::PatientId;
use crate::scheduling::model::AppointmentId;

/// Appointments of the clinic.
pub const APPOINTMENTS: &str = "/appointments";
/// One appointment.
pub const APPOINTMENT: &str = "/appointments/{id}";
/// A doctor's week.
pub const CALENDAR: &str = "/calendar";
/// Weekly hours.
pub const AVAILABILITY: &str = "/availability";
/// Doctors to browse.
pub const DOCTORS: &str = "/doctors";
/// Booking by the patient, step by step.
pub const BOOK: &str = "/book";
/// The patient's own appointments and visits.
pub const MY_APPOINTMENTS: &str = "/my/appointments";

/// One appointment.
pub fn appointment(id: impl Borrow<AppointmentId>) -> String {
    format!("/appointments/{}", id.borrow())
}

/// Booking at the desk for a patient.
pub fn book_for(patient: impl Borrow<PatientId>) -> String {
    format!("/appointments/new?patient={}", patient.borrow())
}
