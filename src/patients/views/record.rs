//! Pages around one patient.

use askama::Template;

use super::Meanwhile;
use crate::patients::campus::Campus;
use crate::patients::model::{
    BLOOD_GROUPS, Brief, Candidate, GENOTYPES, Kind, OpeningReason, Reach, grouped,
};
use crate::patients::qr::Qr;
use crate::patients::store::university::PlaceKind;
use crate::patients::store::{Patient, Trace};
use crate::record::Banner;
use crate::record::model::{Entry, EntryKind, Happening};
use crate::scheduling::Expected;
use crate::web::{FormState, Page, filters};

/// Registering, and changing identity and contact: one form.
#[derive(Debug, Template)]
#[template(path = "patients/person.html")]
pub struct PersonPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// Departments, levels, sessions to choose from.
    pub campus: Campus,
    /// The patient who is changed; none when registering.
    pub patient: Option<Patient>,
    /// Registered patients who may be the same person, with why.
    pub likely: Vec<(Candidate, String)>,
    /// The patient who has a number that was typed.
    pub holder: Option<Brief>,
    /// What somebody else changed meanwhile.
    pub meanwhile: Vec<Meanwhile>,
}

impl PersonPage {
    fn options(&self, what: PlaceKind, field: &str) -> Vec<(i64, String)> {
        self.campus.options(what, self.form.value(field).parse().ok())
    }

    /// Departments to choose from.
    pub fn departments(&self) -> Vec<(i64, String)> {
        self.options(PlaceKind::Department, "department_id")
    }

    /// Levels to choose from.
    pub fn levels(&self) -> Vec<(i64, String)> {
        self.options(PlaceKind::Level, "level_id")
    }

    /// Sessions to choose from.
    pub fn sessions(&self) -> Vec<(i64, String)> {
        self.options(PlaceKind::Session, "session_id")
    }

    /// What the matric number looks like here.
    pub fn matric_hint(&self) -> String {
        format!(
            "For students. Like {}",
            crate::patients::model::MatricNumber::example(&self.page.clinic.matric_pattern)
        )
    }
}

/// The frame of a record.
#[derive(Debug, Template)]
#[template(path = "patients/show.html")]
pub struct RecordPage {
    /// The frame.
    pub page: Page,
    /// For the one-button form.
    pub form: FormState,
    /// The reason for opening the clinical part, as typed.
    pub why: FormState,
    /// The patient; clinical facts are empty for those who may not see them.
    pub patient: Patient,
    /// What stands at the top.
    pub banner: Banner,
    /// Whether the clinical part belongs to the page.
    pub clinical: bool,
    /// Why it is open or closed.
    pub reach: Reach,
    /// Visits and appointments, newest first.
    pub happenings: Vec<Happening>,
}

/// Reasons for the field.
fn opening_reasons() -> Vec<(&'static str, &'static str)> {
    OpeningReason::choices()
}

impl RecordPage {
    /// Until when a reason keeps the clinical part open, on the clock.
    pub fn open_until(&self) -> Option<String> {
        self.reach.until().map(|until| self.page.clinic.clock(until))
    }

    /// Reasons for the field.
    pub fn opening_reasons(&self) -> Vec<(&'static str, &'static str)> {
        opening_reasons()
    }

    /// What is known of the health, in a few lines: recorded, and as told where nothing is recorded yet.
    pub fn health(&self) -> Vec<(&'static str, String)> {
        let summary = &self.banner.summary;
        let titles = |kind| {
            let titles: Vec<String> = summary.of(kind).into_iter().map(Entry::title).collect();
            titles.join(", ")
        };
        let told = |recorded: String, told: &str| match (recorded.is_empty(), told.is_empty()) {
            (true, false) => format!("{told} (told)"),
            _ => recorded,
        };
        let mut lines =
            vec![("Conditions", told(titles(EntryKind::Condition), &self.patient.told.conditions_told))];
        lines.extend([
            ("Blood group", summary.fact_words(&EntryKind::BloodGroup)),
            ("Genotype", summary.fact_words(&EntryKind::Genotype)),
        ]);
        let past = EntryKind::BACKGROUND.map(|kind| (kind.label(), titles(kind)));
        lines.extend(past.into_iter().filter(|(_, words)| !words.is_empty()));
        lines
    }
}

/// Clinical facts as told.
#[derive(Debug, Template)]
#[template(path = "patients/clinical.html")]
pub struct ClinicalPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The patient.
    pub patient: Patient,
    /// What stands at the top.
    pub banner: Banner,
    /// Whether the record has closed meanwhile and a reason opens it again.
    pub closed: bool,
    /// What somebody else changed meanwhile.
    pub meanwhile: Vec<Meanwhile>,
}

impl ClinicalPage {
    /// Reasons for the field.
    pub fn opening_reasons(&self) -> Vec<(&'static str, &'static str)> {
        opening_reasons()
    }

    /// Blood groups for the field.
    pub fn blood_groups(&self) -> Vec<(&'static str, &'static str)> {
        BLOOD_GROUPS.iter().map(|group| (*group, *group)).collect()
    }

    /// Genotypes for the field.
    pub fn genotypes(&self) -> Vec<(&'static str, &'static str)> {
        GENOTYPES.iter().map(|genotype| (*genotype, *genotype)).collect()
    }
}

/// Who changed what.
#[derive(Debug, Template)]
#[template(path = "patients/history.html")]
pub struct HistoryPage {
    /// The frame.
    pub page: Page,
    /// The patient.
    pub patient: Patient,
    /// What stands at the top.
    pub banner: Banner,
    /// Whether the reader may go on to the history of the health part.
    pub clinical: bool,
    /// Changes from the trail.
    pub traces: Vec<Trace>,
    /// The address of older changes.
    pub older: Option<String>,
}

/// The clinic card for printing.
#[derive(Debug, Template)]
#[template(path = "patients/card.html")]
pub struct CardPage {
    /// The frame.
    pub page: Page,
    /// For the form that makes a new card; none where the person may not.
    pub form: Option<FormState>,
    /// The patient.
    pub patient: Patient,
    /// The drawn code.
    pub qr: Qr,
    /// Where the page leads back to.
    pub back: String,
}

impl CardPage {
    /// The code in groups.
    pub fn code(&self) -> String {
        grouped(&self.patient.card_code)
    }
}

/// A code just made.
#[derive(Debug, Clone)]
pub struct IssuedCode {
    /// The patient's name.
    pub name: String,
    /// What they sign in with.
    pub sign_in_name: String,
    /// The code; this page is the only place where it is ever shown.
    pub code: String,
}

/// One-time codes, shown once.
#[derive(Debug, Template)]
#[template(path = "patients/codes.html")]
pub struct CodesPage {
    /// The frame.
    pub page: Page,
    /// The codes.
    pub codes: Vec<IssuedCode>,
    /// The address where they are used, for people.
    pub address: String,
    /// The last day and time they work.
    pub until: String,
    /// The address as a square code.
    pub qr: Qr,
    /// Where the page leads back to.
    pub back: String,
}

/// Deactivating or taking back.
#[derive(Debug, Template)]
#[template(path = "patients/state.html")]
pub struct StatePage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The patient.
    pub patient: Patient,
    /// Bookings that are still to come.
    pub coming: Vec<Expected>,
    /// The token, while the patient is in the clinic.
    pub token: Option<String>,
}

impl Patient {
    /// The name as people read it.
    pub fn name(&self) -> String {
        self.details.name()
    }

    /// Whether the clinic still sees the patient.
    pub fn is_active(&self) -> bool {
        self.state == crate::patients::model::PatientState::Active
    }

    /// `27 March 2004`.
    pub fn born(&self) -> String {
        self.details
            .born_on
            .map(crate::settings::model::plain_day)
            .unwrap_or_else(|| "Not recorded".to_owned())
    }

    /// Name, relation and phone of the next of kin in one line.
    pub fn kin(&self) -> String {
        let parts = [&self.details.kin_name, &self.details.kin_relation, &self.details.kin_phone];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// Whether what is studied belongs on the page: of a student, or where it is recorded of somebody else.
    pub fn studies(&self) -> bool {
        let recorded = [&self.faculty, &self.department, &self.level, &self.session];
        self.details.kind == Kind::Student || recorded.iter().any(|words| !words.is_empty())
    }

    /// Level and session in one line.
    pub fn level_and_session(&self) -> String {
        let parts: Vec<&str> =
            [self.level.as_str(), &self.session].into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// Scheme and number of the insurance in one line.
    pub fn insurance(&self) -> String {
        format!("{} {}", self.details.insurance_scheme, self.details.insurance_number).trim().to_owned()
    }

    /// What stands for the account: none, not activated, activated, deactivated.
    pub fn account_words(&self) -> &'static str {
        use crate::access::model::AccountState;
        match (self.account_state, self.activated) {
            (None, _) => "No account",
            (Some(AccountState::Deactivated), _) => "Deactivated",
            (Some(AccountState::Active), false) => "Not activated yet",
            (Some(AccountState::Active), true) => "Activated",
        }
    }
}
