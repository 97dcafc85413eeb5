//! The line of time.

use askama::Template;

use super::Banner;
use crate::access::model::Permission;
use crate::consultation::model::{NoteId, NoteKind, NoteState, Outcome, VitalsId};
use crate::laboratory::model::ResultId;
use crate::patients::model::{PatientId, SealedVisits};
use crate::prescribing::model::PrescriptionId;
use crate::procedures::model::ProcedureId;
use crate::record::model::{AllergyState, EntryKind, EntryState, Happening, What};
use crate::scheduling::model::{AppointmentId, AppointmentState};
use crate::web::{FormState, Page};

/// The line with its filters.
#[derive(Debug, Template)]
#[template(path = "record/timeline.html")]
pub struct TimelinePage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// The filter as typed.
    pub form: FormState,
    /// A page of it, newest first.
    pub happenings: Vec<Happening>,
    /// The address of older lines.
    pub older: Option<String>,
}

impl TimelinePage {
    /// Whose it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// Kinds to filter by.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let shown = What::ALL.iter().filter(|what| self.banner.summary.clinical || !what.is_clinical());
        let shown = shown.filter(|what| **what != What::Advice);
        shown.map(|what| (what.as_str(), what.label())).collect()
    }
}

impl Happening {
    /// The state alone: of an entry and of a result its last word, everywhere else all of it.
    fn stands(&self) -> &str {
        self.state.rsplit(' ').next().unwrap_or_default()
    }

    /// `done`, `now`, `missed` or empty, for the line.
    pub fn progress(&self) -> &'static str {
        match self.stands() {
            "finished" | "fulfilled" | "active" | "taken" | "released" | "signed" => "done",
            "open" | "arrived" | "in_service" => "now",
            "no_show" | "left" | "refuted" | "cancelled" | "entered_in_error" | "ended" | "withdrawn" => {
                "missed"
            }
            _ => "",
        }
    }

    /// What became of a visit that is over: `Sent to hospital: UITH`.
    fn outcome(&self) -> Option<String> {
        let (kind, note) = self.words.split_once(' ').unwrap_or((&self.words, ""));
        let outcome: Outcome = kind.parse().ok().filter(|_| self.stands() != "open")?;
        match (outcome, note) {
            (Outcome::NotConsulted, _) => None,
            (outcome, "") => Some(outcome.label().to_owned()),
            (outcome, note) => Some(format!("{}: {note}", outcome.label())),
        }
    }

    /// What happened, in a few words.
    pub fn title(&self) -> String {
        match self.what {
            What::Visit if self.is_sealed => "Other visit".to_owned(),
            What::Appointment => format!("Appointment with {}", self.words),
            What::Visit => match self.outcome() {
                Some(words) => format!("Visit, token {}. {words}", self.more),
                None => format!("Visit, token {}", self.more),
            },
            What::Allergy => format!("Allergy: {}", self.words),
            What::Health => {
                let kind = self.state.split(' ').next().unwrap_or_default().parse::<EntryKind>();
                format!("{}: {}", kind.map_or("Entry", EntryKind::label), self.words)
            }
            What::Vitals if self.words.trim().is_empty() => "Vital signs".to_owned(),
            What::Vitals => format!("Vital signs: {}", self.words.trim()),
            What::Result => format!("Result: {}", self.words),
            What::Diagnosis => format!("Diagnosis: {}", self.words),
            What::Procedure => format!("Procedure: {}", self.words),
            What::Prescription if self.words.is_empty() => "Prescription, all of it cancelled".to_owned(),
            What::Prescription => format!("Prescribed: {}", self.words),
            What::Note => {
                let kind = self.state.split(' ').next().unwrap_or_default().parse::<NoteKind>();
                let kind = kind.map_or("Note", NoteKind::label);
                let words = self.words.trim().replace('\n', " ");
                if words.is_empty() { kind.to_owned() } else { format!("{kind}: {words}") }
            }
            What::Advice => format!("Advice: {}", self.words.trim()),
        }
    }

    /// Whether it is a visit of which who reads sees the day only.
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// Who wrote it down, where that is known.
    pub fn by(&self) -> &str {
        match self.what.is_clinical() {
            true => &self.more,
            false if self.is_sealed => SealedVisits::TOLD,
            false => "",
        }
    }

    /// The state as people read it.
    pub fn state_words(&self) -> String {
        let own = self.stands();
        let label = match self.what {
            What::Visit => match own {
                "open" => Some("In the clinic"),
                "finished" => Some("Finished"),
                "left" => Some("Left before the end"),
                "day_close" => Some("Closed with the day"),
                _ => None,
            },
            What::Appointment => own.parse().ok().map(AppointmentState::label),
            What::Allergy => match own.parse() {
                Ok(AllergyState::Active) => Some("Recorded"),
                Ok(AllergyState::Refuted) => Some("Refuted"),
                Ok(AllergyState::EnteredInError) => Some("Entered in error"),
                Err(_) => None,
            },
            What::Health => match own.parse() {
                Ok(EntryState::Active) => Some("Recorded"),
                Ok(state) => Some(EntryState::label(state)),
                Err(_) => None,
            },
            What::Vitals => Some("Taken"),
            What::Result => Some(match own {
                "released" => "Released",
                "withdrawn" => "Withdrawn, there is no result that counts",
                "again" => "Being checked again",
                _ => "Verified",
            }),
            What::Diagnosis if own == "signed" => {
                let certainty = self.state.split(' ').next().unwrap_or_default().parse();
                certainty.ok().map(crate::diagnoses::model::Certainty::label)
            }
            What::Diagnosis => Some("Entered in error"),
            What::Procedure => own.parse().ok().map(crate::procedures::model::State::label),
            What::Prescription => Some("Signed"),
            What::Note | What::Advice => own.parse().ok().map(NoteState::label),
        };
        label.map_or_else(|| own.replace('_', " "), str::to_owned)
    }

    /// The colour and the word of a result that is not as it should be.
    pub fn mark(&self) -> Option<(&'static str, &'static str)> {
        let word = self.state.split(' ').next().filter(|_| self.what == What::Result);
        match word? {
            "critical" => Some(("danger", "Critical")),
            "outside" => Some(("wait", "Outside range")),
            _ => None,
        }
    }

    /// Where more of it stands, for those who may see it; else nothing.
    pub fn link(&self, page: &Page) -> String {
        match self.what {
            What::Appointment if page.may(Permission::SeeAppointments) => {
                crate::web::paths::scheduling::appointment(AppointmentId(self.id))
            }
            What::Vitals if page.may(Permission::RecordVitals) => {
                crate::web::paths::consultation::taking(VitalsId(self.id))
            }
            What::Result if page.may(Permission::OpenRecords) => {
                crate::web::paths::laboratory::result(ResultId(self.id))
            }
            What::Procedure if page.may(Permission::RecordProcedures) => {
                crate::web::paths::procedures::procedure(ProcedureId(self.id))
            }
            What::Prescription if page.may(Permission::ReadPrescriptions) => {
                crate::web::paths::prescribing::prescription(PrescriptionId(self.id))
            }
            What::Note if page.may(Permission::OpenRecords) => {
                crate::web::paths::consultation::note(NoteId(self.id))
            }
            What::Appointment
            | What::Visit
            | What::Allergy
            | What::Health
            | What::Vitals
            | What::Result
            | What::Diagnosis
            | What::Procedure
            | What::Prescription
            | What::Note
            | What::Advice => String::new(),
        }
    }
}
