//! Pages of diagnoses.

use askama::Template;

use super::model::{Certainty, State};
use super::store::codes::Code;
use super::store::diagnoses::Diagnosis;
use crate::patients::model::PatientId;
use crate::record::Banner;
use crate::web::{FormState, Page, filters};

/// What fits a few typed letters.
#[derive(Debug, Template)]
#[template(path = "diagnoses/_options.html")]
pub struct Options {
    /// Best first.
    pub codes: Vec<Code>,
}

/// What was ever diagnosed in a patient.
#[derive(Debug, Template)]
#[template(path = "diagnoses/index.html")]
pub struct IndexPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// The problem list.
    pub problems: Vec<Diagnosis>,
    /// Everything, newest first.
    pub all: Vec<Diagnosis>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl IndexPage {
    /// Whose it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// Whether a diagnosis stands among the conditions of the record.
    pub fn is_condition(&self, diagnosis: &Diagnosis) -> bool {
        self.banner.summary.entries.iter().any(|entry| entry.words == diagnosis.term)
    }

    /// Whether who reads may mark something as entered in error.
    pub fn may_mark(&self) -> bool {
        self.page.may(crate::access::model::Permission::Consult)
    }
}

/// Marking one as entered in error.
#[derive(Debug, Template)]
#[template(path = "diagnoses/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// What was wrong.
    pub diagnosis: Diagnosis,
    /// Whether the reader's time is over.
    pub closed: bool,
}

impl Diagnosis {
    /// Whether it was entered in error.
    pub fn is_error(&self) -> bool {
        self.state == State::EnteredInError
    }

    /// The colour of its certainty.
    pub fn kind(&self) -> &'static str {
        match self.certainty {
            Certainty::Confirmed => "ok",
            Certainty::Suspected => "wait",
            Certainty::RuledOut => "plain",
        }
    }

    /// `B50.9`, or that it is free text.
    pub fn code_words(&self) -> &str {
        if self.code.is_empty() { "free text" } else { &self.code }
    }

    /// In plain words: `Malaria`, or `Perhaps malaria` while it is suspected.
    pub fn plain(&self) -> String {
        match self.certainty {
            Certainty::Confirmed | Certainty::RuledOut => self.plain_name.clone(),
            Certainty::Suspected => format!("{} (not certain yet)", self.plain_name),
        }
    }
}
