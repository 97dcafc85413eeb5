//! Weekly hours, time away, slots by hand; doctors to browse.

use askama::Template;

use super::desk::Choices;
use crate::scheduling::model::AvailabilityId;
use crate::scheduling::model::Decision;
use crate::scheduling::store::appointments::Affected;
use crate::scheduling::store::away::BlockRow;
use crate::scheduling::store::doctors::{Doctor, Named};
use crate::scheduling::store::hours::HoursRow;
use crate::settings::model::WEEKDAYS;
use crate::web::{FormState, Page};

/// The hours and time away of one doctor.
#[derive(Debug, Template)]
#[template(path = "scheduling/hours.html")]
pub struct HoursPage {
    pub page: Page,
    pub form: FormState,
    pub doctors: Choices,
    pub doctor: Option<Named>,
    pub hours: Vec<HoursRow>,
    pub away: Vec<BlockRow>,
    pub whole_clinic: bool,
    pub affected: Vec<Affected>,
}

/// Adding or changing hours.
#[derive(Debug, Template)]
#[template(path = "scheduling/hours_form.html")]
pub struct HoursFormPage {
    pub page: Page,
    pub form: FormState,
    pub doctor: Named,
    pub rooms: Choices,
    /// The row that is changed; none when hours are added.
    pub id: Option<AvailabilityId>,
    pub affected: Vec<Affected>,
}

/// Doctors to browse, for patients and for staff.
#[derive(Debug, Template)]
#[template(path = "scheduling/doctors.html")]
pub struct DoctorsPage {
    pub page: Page,
    pub form: FormState,
    pub list: Vec<Doctor>,
    pub specialties: Choices,
}

/// The same for patients.
#[derive(Debug, Template)]
#[template(path = "scheduling/doctors_phone.html")]
pub struct DoctorsPhonePage {
    pub page: Page,
    pub form: FormState,
    pub list: Vec<Doctor>,
    pub specialties: Choices,
}

/// Monday to Sunday by number.
fn weekdays() -> Choices {
    WEEKDAYS.iter().enumerate().map(|(index, name)| ((index + 1).to_string(), (*name).to_owned())).collect()
}

impl HoursRow {
    /// The weekday's name.
    pub fn weekday_name(&self) -> &'static str {
        WEEKDAYS[(self.weekday - 1).clamp(0, 6) as usize]
    }

    /// What no slot fills at the end (rule B12); empty when nothing is left.
    pub fn remainder(&self) -> String {
        let left = self.declared().map_or(0, |declared| declared.availability.remainder_minutes());
        if left == 0 { String::new() } else { format!("{left} minutes at the end stay unused") }
    }
}

/// The choices for somebody whose slot goes. What has begun is not moved any more (rule B8).
pub fn decisions(has_begun: bool) -> Choices {
    let open = Decision::ALL.iter().filter(|one| !has_begun || **one != Decision::Move);
    open.map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect()
}

/// How long a doctor has practised, in words.
fn experience(page: &Page, doctor: &Doctor) -> String {
    use chrono::Datelike as _;
    match doctor.practising_since {
        Some(year) => match i64::from(page.today().year()) - year {
            years if years > 1 => format!("{years} years of experience"),
            _ => "In the first years of practice".to_owned(),
        },
        None => String::new(),
    }
}

impl DoctorsPage {
    fn experience(&self, doctor: &Doctor) -> String {
        experience(&self.page, doctor)
    }
}

impl DoctorsPhonePage {
    fn experience(&self, doctor: &Doctor) -> String {
        experience(&self.page, doctor)
    }

    fn next_free(&self, doctor: &Doctor) -> String {
        let clinic = &self.page.clinic;
        match doctor.next_free {
            Some(at) => {
                format!("Next free: {}, {}", clinic.local(at).format("%A %-d %B"), clinic.spoken_clock(at))
            }
            None => "No free time online now".to_owned(),
        }
    }
}
