//! Pages of records, and the banner on every clinical page.

mod forms;
mod health;
mod measured;
mod mine;
mod openings;
mod timeline;

pub use forms::{AllergyEndPage, AllergyPage, EntryEndPage, EntryPage, Picked};
pub use health::{ChangesPage, HealthPage};
pub use mine::{FilePage, MyOpeningsPage, MyRecordPage};
pub use openings::{EmergencyPage, ReviewPage, ReviewsPage, SealPage, VisitSealPage};
pub use timeline::TimelinePage;

use chrono::{DateTime, NaiveDate, Utc};

use super::model::{Entry, EntryKind, Summary};
use crate::patients::model::{PatientState, Reach};
use crate::settings::model::{age_on, plain_day};
use crate::web::Page;

/// Who this is and what could harm them: on every clinical page, by `{% include "record/_banner.html" %}`.
#[derive(Debug, Clone)]
pub struct Banner {
    /// What holds now.
    pub summary: Summary,
    /// How far the record is open to who reads; absent where a station reads its own part of it.
    pub reach: Option<Reach>,
    /// Whether the name is the heading of the page.
    pub is_heading: bool,
    /// What is taken, of a record that is sealed.
    pub medicines: Vec<String>,
}

impl Banner {
    /// Over a summary.
    pub fn of(summary: Summary) -> Self {
        Banner { summary, reach: None, is_heading: false, medicines: Vec::new() }
    }

    /// Says in red that an emergency keeps the record open, where one does; the trail says why it is open.
    pub fn under(mut self, reach: Reach) -> Self {
        self.reach = Some(reach);
        self
    }

    /// Whether it tells what could harm.
    pub fn shows_harm(&self) -> bool {
        self.summary.clinical || self.is_sealed_here()
    }

    /// Whether that is all that it tells of the health part.
    pub fn is_sealed_here(&self) -> bool {
        self.reach == Some(Reach::SealedHere)
    }

    /// The name is the heading of this page.
    pub fn as_heading(mut self) -> Self {
        self.is_heading = true;
        self
    }

    /// The name as people read it.
    pub fn name(&self) -> &str {
        &self.summary.who.name
    }

    /// Whether the clinic still sees the patient.
    pub fn is_active(&self) -> bool {
        self.summary.who.patient_state == PatientState::Active
    }

    /// `22 years, female`.
    pub fn age_and_sex(&self, page: &Page) -> String {
        let sex = self.summary.who.sex.label().to_lowercase();
        match self.summary.who.born_on.and_then(|born| age_on(page.today(), born)) {
            Some(1) => format!("1 year, {sex}"),
            Some(age) => format!("{age} years, {sex}"),
            None => sex,
        }
    }

    /// `27 March 2004`.
    pub fn born(&self) -> String {
        self.summary.who.born_on.map_or_else(|| "Not recorded".to_owned(), plain_day)
    }

    /// The clinic number.
    pub fn number(&self) -> &str {
        &self.summary.who.number
    }

    /// The matric number, for students.
    pub fn matric(&self) -> Option<&str> {
        self.summary.who.matric_number.as_deref()
    }

    /// The phone number, or nothing.
    pub fn phone(&self) -> &str {
        &self.summary.who.phone
    }

    /// Each recorded allergy in words.
    pub fn allergies(&self) -> Vec<String> {
        self.summary.allergies.iter().map(|allergy| allergy.words()).collect()
    }

    /// `No known allergies (recorded 6 August 2026)`, where somebody stated it.
    pub fn none_known(&self, page: &Page) -> Option<String> {
        let stated = self.summary.none.as_ref()?;
        Some(format!("No known allergies (recorded {})", plain_day(page.clinic.day_of(stated.at))))
    }

    /// What was told about allergies and nobody has dealt with.
    pub fn told(&self) -> &str {
        self.summary.told()
    }

    /// Whether nobody has asked about allergies yet, as far as this page knows.
    pub fn is_unasked(&self) -> bool {
        !self.summary.is_asked() && self.told().is_empty()
    }

    /// Alerts in words.
    pub fn alerts(&self) -> Vec<String> {
        self.summary.of(EntryKind::Alert).into_iter().map(Entry::title).collect()
    }

    /// That she is pregnant, with how that is known where only she has said so; nothing where nobody knows of it.
    pub fn pregnancy(&self, page: &Page) -> Option<String> {
        let today = page.today();
        if self.summary.pregnancy_on(today).is_some() {
            return Some("Pregnant".to_owned());
        }
        match self.said_before(today, page)? {
            said if said == today => Some("Pregnant, told with the vital signs today".to_owned()),
            said => Some(format!("Pregnant, told with the vital signs on {}", plain_day(said))),
        }
    }

    /// That a recorded pregnancy must be over by now, and nobody has said how it ended.
    pub fn past_due(&self, page: &Page) -> Option<String> {
        let due = self.summary.pregnancy_past_due(page.today())?.until_on?;
        Some(format!("Pregnancy in the record, due {}: ask how it ended", plain_day(due)))
    }

    /// The day on which she first said with vital signs that she is pregnant, where that is believed on this day.
    fn said_before(&self, day: NaiveDate, page: &Page) -> Option<NaiveDate> {
        self.pregnant_since(day, page).map(|said| page.clinic.day_of(said))
    }

    /// The moment at which she said so.
    pub fn pregnant_since(&self, day: NaiveDate, page: &Page) -> Option<DateTime<Utc>> {
        let said = self.summary.pregnant_said?;
        self.summary.believes(page.clinic.day_of(said), day).then_some(said)
    }

    /// Whether she was known to be pregnant on that day: by the record, or as she said with vital signs not long before.
    pub fn pregnant_on(&self, day: NaiveDate, page: &Page) -> bool {
        let recorded = self.summary.of(EntryKind::Pregnancy);
        let known = |entry: &&&Entry| page.clinic.day_of(entry.recorded_at) <= day && !entry.is_past_due(day);
        recorded.iter().any(|entry| known(&entry)) || self.said_before(day, page).is_some()
    }

    /// Minutes that are left of an emergency, and its end on the clock.
    pub fn emergency(&self, page: &Page) -> Option<String> {
        let until = self.reach.and_then(Reach::emergency)?;
        let left = ((until - page.now).num_seconds() + 59) / 60;
        let minutes = if left == 1 { "1 minute".to_owned() } else { format!("{left} minutes") };
        Some(format!("Opened in an emergency: {minutes} left, until {}", page.clinic.clock(until)))
    }
}
