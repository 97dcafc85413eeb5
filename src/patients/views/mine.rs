//! A patient's own pages.

use askama::Template;

use super::Meanwhile;
use crate::patients::model::grouped;
use crate::patients::qr::Qr;
use crate::patients::store::Patient;
use crate::scheduling::model::AppointmentId;
use crate::web::{FormState, Page};

/// A clinic card, for other capabilities' pages.
#[derive(Debug)]
pub struct Card {
    /// The name as people read it.
    pub name: String,
    /// The clinic number.
    pub number: String,
    /// The matric number, for students.
    pub matric_number: Option<String>,
    /// The code in groups.
    pub code: String,
    /// The drawn code.
    pub qr: Qr,
}

/// The own card.
#[derive(Debug, Template)]
#[template(path = "patients/my_card.html")]
pub struct MyCardPage {
    /// The frame.
    pub page: Page,
    /// The patient.
    pub patient: Patient,
    /// The drawn code.
    pub qr: Qr,
}

impl MyCardPage {
    /// The code in groups.
    pub fn code(&self) -> String {
        grouped(&self.patient.card_code)
    }
}

/// The own details.
#[derive(Debug, Template)]
#[template(path = "patients/my_details.html")]
pub struct MyDetailsPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The patient.
    pub patient: Patient,
    /// The booking to go back to: it waits for the details to be checked.
    pub booking: Option<AppointmentId>,
    /// What somebody else changed meanwhile.
    pub meanwhile: Vec<Meanwhile>,
}
