//! The part of the consultation page in which medicines are prescribed. Its template is `prescribing/_section.html`; the
//! page has a field `prescribing` for it.

use crate::prescribing::model::shipped::{self, OrderSet};
use crate::prescribing::model::{
    FavouriteId, Form, Frequency, MedicineId, PrescriptionId, Route, Tier, Unit, Warning, plain_number,
};
use crate::prescribing::store::catalogue::Medicine;
use crate::prescribing::store::lines::Line;
use crate::queue::model::VisitId;
use crate::settings::model::plain_day;
use crate::web::{FormState, Page, paths};

/// A draft line with its warnings.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// The line.
    pub line: Line,
    /// Its warnings, the loudest first.
    pub warnings: Vec<Warning>,
    /// The stops as one text: what a reason covers.
    pub seen: String,
    /// What lies on the shelf of it, in words; empty for free text.
    pub stock: String,
}

/// An earlier prescription of the patient.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Its id.
    pub id: PrescriptionId,
    /// When and by whom.
    pub when: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The visit.
    pub visit: Option<VisitId>,
    /// The author's drafts.
    pub drafts: Vec<DraftLine>,
    /// Earlier prescriptions, the newest first.
    pub earlier: Vec<Earlier>,
    /// The doctor's favourites.
    pub favourites: Vec<(FavouriteId, String)>,
    /// What is chosen from, when several medicines fit what was typed.
    pub choices: Vec<Medicine>,
    /// Whether anybody has asked about allergies.
    pub asked: bool,
    /// Whether the dose is not filled in: the usual one is an adult's.
    pub dose_is_said: bool,
    /// Texts about allergies that the program cannot compare.
    pub free_texts: Vec<String>,
    /// The drafts as one text: what is signed is what was shown.
    pub shown: String,
    /// What the tick "compared" stands for; empty when nothing has to be compared.
    pub compare: String,
}

impl DraftLine {
    /// What stops signing.
    pub fn stops(&self) -> Vec<&Warning> {
        self.warnings.iter().filter(|warning| warning.tier == Tier::Stop).collect()
    }

    /// A field of this line.
    pub fn field(&self, name: &str) -> String {
        format!("rx_{name}_{}", self.line.id)
    }

    /// What stands in a field of this line: what was typed, or how the line is.
    pub fn value(&self, form: &FormState, name: &str) -> String {
        if let Some(sent) = form.sent(self.field(name)) {
            return sent.to_owned();
        }
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let line = &self.line;
        match name {
            "dose" => line.dose.map(|dose| plain_number(dose).replace(',', "")).unwrap_or_default(),
            "times" => line.frequency.as_str().to_owned(),
            "days" => number(line.days),
            "quantity" if line.dose.is_none() || line.frequency == Frequency::AsNeeded => {
                number(Some(line.quantity))
            }
            "max" => number(line.max_doses_a_day),
            "note" => line.instructions.clone(),
            "reason" => line.reason.clone(),
            _ => String::new(),
        }
    }

    /// Whether its fields are open: something typed there was refused.
    pub fn is_open(&self, form: &FormState) -> bool {
        let names = ["dose", "times", "days", "quantity", "max", "note"];
        !form.is_ok() && names.iter().any(|name| form.error(self.field(name)).is_some())
    }
}

impl Tier {
    /// The colour of its mark.
    pub fn mark(self) -> &'static str {
        match self {
            Tier::Stop => "danger",
            Tier::Caution => "wait",
            Tier::Note => "info",
        }
    }
}

impl Section {
    /// How many lines there are, in words.
    pub fn count_words(&self) -> String {
        match self.drafts.len() {
            0 if self.signed_here().is_empty() => "Nothing prescribed yet".to_owned(),
            0 => "Nothing new".to_owned(),
            1 => "1 medicine, not signed yet".to_owned(),
            more => format!("{more} medicines, not signed yet"),
        }
    }

    /// What was signed in this visit.
    pub fn signed_here(&self) -> Vec<&Earlier> {
        let here = |one: &&Earlier| one.lines.iter().any(|line| Some(line.visit_id) == self.visit);
        self.earlier.iter().filter(here).collect()
    }

    /// What was prescribed before this visit.
    pub fn before(&self) -> Vec<&Earlier> {
        let here = |one: &&Earlier| one.lines.iter().any(|line| Some(line.visit_id) == self.visit);
        self.earlier.iter().filter(|one| !here(one)).collect()
    }

    /// The order sets.
    pub fn sets(&self) -> &'static [OrderSet] {
        shipped::sets()
    }

    /// The tests that the order sets of the drafts propose: name of the set, codes, where they are ordered.
    pub fn proposals(&self) -> Vec<(&'static str, String, String)> {
        let Some(visit) = self.visit else { return Vec::new() };
        let used = |set: &&OrderSet| {
            !set.tests.is_empty() && self.drafts.iter().any(|draft| draft.line.set_code == set.code)
        };
        let sets = shipped::sets().iter().filter(used);
        sets.map(|set| {
            let link = format!("{}?tick={}", paths::laboratory::order(visit), set.tests.join(","));
            (set.name.as_str(), set.tests.join(", "), link)
        })
        .collect()
    }

    /// Where the medicines come from that are offered while one types.
    pub fn options(&self) -> String {
        let said = if self.dose_is_said { "?dose=said" } else { "" };
        format!("{}{said}", paths::prescribing::OPTIONS)
    }

    /// How often.
    pub fn frequencies(&self) -> Vec<(&'static str, &'static str)> {
        Frequency::choices()
    }

    /// Forms of free text.
    pub fn forms(&self) -> Vec<(&'static str, &'static str)> {
        Form::choices()
    }

    /// Routes of free text.
    pub fn routes(&self) -> Vec<(&'static str, &'static str)> {
        Route::choices()
    }

    /// Units of free text.
    pub fn units(&self) -> Vec<(&'static str, &'static str)> {
        Unit::choices()
    }

    /// Whether the fields of free text are open.
    pub fn is_free(&self, form: &FormState) -> bool {
        form.chosen("rx_free", "yes") || (form.error("rx_medicine").is_some() && self.choices.is_empty())
    }

    /// What is chosen from, for radios.
    pub fn choice_labels(&self) -> Vec<(MedicineId, String)> {
        self.choices.iter().map(|medicine| (medicine.id, medicine.label())).collect()
    }
}

/// Signed lines as earlier prescriptions, the newest first.
pub fn earlier(lines: &[Line], page: &Page, most: usize) -> Vec<Earlier> {
    let mut found: Vec<Earlier> = Vec::new();
    for line in lines {
        let Some(at) = line.signed_at else { continue };
        match found.iter_mut().find(|one| one.id == line.prescription_id) {
            Some(one) => one.lines.push(line.clone()),
            None => found.push(Earlier {
                id: line.prescription_id,
                when: format!("{}, {}", plain_day(page.clinic.day_of(at)), line.prescriber),
                lines: vec![line.clone()],
            }),
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.id));
    found.truncate(most);
    found
}
