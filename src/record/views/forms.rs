//! Forms of the health part: recording, changing, ending.

use askama::Template;

use super::Banner;
use crate::patients::model::{BLOOD_GROUPS, GENOTYPES, PatientId};
use crate::record::model::{AlertKind, AllergenKind, Allergy, Certainty, Entry, EntryKind, Severity, Source};
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page};

/// A substance or class of the list, as a choice.
#[derive(Debug, Clone)]
pub struct Picked {
    /// `class:penicillin`.
    pub value: String,
    /// Its name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: AllergenKind,
}

/// Recording an allergy, or changing one.
#[derive(Debug, Template)]
#[template(path = "record/allergy.html")]
pub struct AllergyPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// The version that is changed; none when recording.
    pub changed: Option<Allergy>,
    /// What the search found.
    pub found: Vec<Picked>,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
    /// Whether the time with the record is over.
    pub closed: bool,
}

fn pairs<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Vec<(&'static str, &'static str)> {
    all.iter().map(|one| (word(*one), label(*one))).collect()
}

impl AllergyPage {
    /// Whose record it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// Where the form goes.
    pub fn action(&self) -> String {
        use crate::web::paths::record as paths;
        self.changed
            .as_ref()
            .map_or_else(|| paths::allergies(self.id()), |changed| paths::allergy(changed.id))
    }

    /// The heading; it names nothing to whom the record has closed.
    pub fn heading(&self) -> String {
        match &self.changed {
            Some(changed) if !self.closed => format!("Change: {}", changed.substance),
            Some(_) => "Change an allergy".to_owned(),
            None => "Add an allergy".to_owned(),
        }
    }

    /// Kinds of free text for the field.
    pub fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        pairs(AllergenKind::ALL, AllergenKind::as_str, AllergenKind::label)
    }

    /// Severities for the field.
    pub fn severities(&self) -> Vec<(&'static str, &'static str)> {
        pairs(Severity::ALL, Severity::as_str, Severity::label)
    }

    /// Certainties for the field.
    pub fn certainties(&self) -> Vec<(&'static str, &'static str)> {
        pairs(Certainty::ALL, Certainty::as_str, Certainty::label)
    }

    /// Whether the substance is one of the list, which stays as it is.
    pub fn is_picked(&self) -> bool {
        self.changed.as_ref().is_some_and(|changed| !changed.is_free())
    }

    /// Whether the search found nothing.
    pub fn found_nothing(&self) -> bool {
        self.found.is_empty() && !self.form.value("q").is_empty()
    }
}

/// Ending an allergy.
#[derive(Debug, Template)]
#[template(path = "record/allergy_end.html")]
pub struct AllergyEndPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// What is ended.
    pub allergy: Allergy,
    /// Whether the time with the record is over.
    pub closed: bool,
}

/// Recording an entry, or changing one.
#[derive(Debug, Template)]
#[template(path = "record/entry.html")]
pub struct EntryPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// What it is about.
    pub kind: EntryKind,
    /// The version that is changed; none when recording.
    pub changed: Option<Entry>,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
    /// Whether the time with the record is over.
    pub closed: bool,
}

impl EntryPage {
    /// Whose record it is.
    pub fn id(&self) -> PatientId {
        self.banner.summary.who.patient_id
    }

    /// Where the form goes.
    pub fn action(&self) -> String {
        use crate::web::paths::record as paths;
        self.changed.as_ref().map_or_else(|| paths::entries(self.id()), |changed| paths::entry(changed.id))
    }

    /// The heading.
    pub fn heading(&self) -> String {
        if self.closed {
            return "Health".to_owned();
        }
        if self.chooses() {
            return "Add to the history".to_owned();
        }
        let label = self.kind.label();
        if self.changed.is_some() { format!("Change: {}", label.to_lowercase()) } else { label.to_owned() }
    }

    /// Whether even the fields would tell what the entry is about.
    pub fn hides(&self) -> bool {
        self.closed && self.changed.is_some()
    }

    /// What was typed into the fields that are not shown then.
    pub fn kept(&self) -> Vec<(&'static str, &str)> {
        let fields = ["code", "everyone", "source", "until_on", "shared"];
        let typed = fields.into_iter().map(|name| (name, self.form.value(name)));
        typed.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What the words are called, with a hint.
    pub fn label(&self) -> (&'static str, &'static str) {
        if self.hides() {
            return ("In words", "");
        }
        if self.chooses() {
            let hint =
                "For example appendicectomy; high blood pressure: mother; smokes 5 a day; first pregnancy";
            return ("In a few words", hint);
        }
        match self.kind {
            EntryKind::Condition => ("Condition", "For example asthma, sickle cell disease, type 1 diabetes"),
            EntryKind::Surgery => {
                ("What was done", "For example appendicectomy, or malaria with a night in hospital")
            }
            EntryKind::Family => ("Illness and who has it", "For example high blood pressure: mother"),
            EntryKind::Social => ("What matters", "For example smokes 5 a day, lives alone, works nights"),
            EntryKind::Pregnancy => ("Pregnancy", "For example first pregnancy, by the last period"),
            EntryKind::Alert => ("In words", "What whoever meets the patient must know or do"),
            EntryKind::BloodGroup => ("Blood group", ""),
            EntryKind::Genotype => ("Genotype", ""),
        }
    }

    /// The values of a fact of the blood.
    pub fn values(&self) -> Vec<(&'static str, &'static str)> {
        let list: &[&'static str] = if self.kind == EntryKind::Genotype { &GENOTYPES } else { &BLOOD_GROUPS };
        list.iter().map(|value| (*value, *value)).collect()
    }

    /// Sources for the field.
    pub fn sources(&self) -> Vec<(&'static str, &'static str)> {
        pairs(Source::ALL, Source::as_str, Source::label)
    }

    /// Kinds of alerts for the field.
    pub fn alerts(&self) -> Vec<(&'static str, &'static str)> {
        pairs(AlertKind::ALL, AlertKind::as_str, AlertKind::label)
    }

    /// Kinds of the history for the field, when recording.
    pub fn backgrounds(&self) -> Vec<(&'static str, &'static str)> {
        pairs(&EntryKind::BACKGROUND, EntryKind::as_str, EntryKind::label)
    }

    /// Whether the kind is still to be chosen.
    pub fn chooses(&self) -> bool {
        self.changed.is_none() && EntryKind::BACKGROUND.contains(&self.kind)
    }
}

/// Ending an entry.
#[derive(Debug, Template)]
#[template(path = "record/entry_end.html")]
pub struct EntryEndPage {
    /// The frame.
    pub page: Page,
    /// Who this is.
    pub banner: Banner,
    /// What was typed.
    pub form: FormState,
    /// What is ended.
    pub entry: Entry,
    /// Whether the time with the record is over.
    pub closed: bool,
}

impl EntryEndPage {
    /// Ways to end it.
    pub fn endings(&self) -> Vec<(&'static str, &'static str)> {
        let ended = if self.closed { "It has ended" } else { self.entry.kind.ending() };
        vec![("ended", ended), ("entered_in_error", "Entered in error: it was never so")]
    }
}
