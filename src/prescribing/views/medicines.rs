//! The catalogue.

use std::collections::BTreeMap;

use askama::Template;

use crate::access::model::Permission;
use crate::billing::model::naira;
use crate::prescribing::model::{
    Form, Frequency, MedicineId, Pregnancy, Route, Unit, amount_words, directions, quantity_words,
};
use crate::prescribing::store::catalogue::Medicine;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page};

impl Medicine {
    /// `1 capsule 3 times daily for 5 days`; empty where nothing is usual.
    pub fn usual_words(&self) -> String {
        let Some(frequency) = self.usual().frequency() else { return String::new() };
        if self.dose.is_none() && !self.is_applied() {
            return String::new();
        }
        let words =
            directions(self.dose, (self.unit, self.route), frequency, self.days, self.max_doses_a_day);
        words.trim_end_matches('.').to_owned()
    }

    /// Brand names with commas.
    pub fn brand_words(&self) -> String {
        self.brands.replace('|', ", ")
    }

    /// `1 capsule` or `1 bottle of 100 mL`: the least that is given.
    pub fn least_words(&self) -> String {
        quantity_words(self.step, self.unit, self.step)
    }

    /// The pack it comes in.
    pub fn pack_words(&self) -> String {
        amount_words(self.pack.saturating_mul(1_000), self.unit)
    }

    /// What it costs a unit.
    pub fn price_words(&self) -> String {
        naira(self.price)
    }

    /// Usual values for the fields of the consultation, as JSON; without the dose where it is said for each patient.
    fn fill(&self, dose_is_said: bool) -> String {
        let mut fill = serde_json::Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                fill.insert(name.to_owned(), value.into());
            }
        };
        let dose = self.dose.filter(|_| !dose_is_said);
        put("rx_dose", dose.map(|dose| crate::prescribing::model::plain_number(dose).replace(',', "")));
        let frequency = self.usual().frequency();
        put("rx_times", frequency.map(|frequency| frequency.as_str().to_owned()));
        put("rx_days", self.days.map(|days| days.to_string()));
        let needed = frequency == Some(Frequency::AsNeeded);
        put("rx_max", self.max_doses_a_day.filter(|_| needed).map(|max| max.to_string()));
        // How much is given is said then: its field is opened.
        put("rx_quantity", needed.then(String::new));
        serde_json::Value::Object(fill).to_string()
    }
}

/// What fits while one types.
#[derive(Debug, Template)]
#[template(path = "prescribing/_options.html")]
pub struct Options {
    /// The medicines.
    pub medicines: Vec<Medicine>,
    /// Units that can be given now, by medicine.
    pub usable: BTreeMap<i64, i64>,
    /// Whether the dose is not filled in: the usual one is an adult's.
    pub dose_is_said: bool,
}

impl Options {
    /// What goes into the other fields with it.
    pub fn fill(&self, medicine: &Medicine) -> String {
        medicine.fill(self.dose_is_said)
    }

    /// `120 tablets in stock`, `Not in stock`.
    pub fn stock(&self, medicine: &Medicine) -> String {
        in_stock(&self.usable, medicine.id, (medicine.unit, medicine.step))
    }
}

/// What lies on the shelf of a medicine, in words: only what can be given counts (rule K7).
pub fn in_stock(usable: &BTreeMap<i64, i64>, medicine: MedicineId, (unit, step): (Unit, i64)) -> String {
    match usable.get(&medicine.0).copied().unwrap_or(0) {
        0 => "Not in stock".to_owned(),
        units => format!("{} in stock", quantity_words(units, unit, step)),
    }
}

/// The catalogue, or what fits a search.
#[derive(Debug, Template)]
#[template(path = "prescribing/medicines.html")]
pub struct MedicinesPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub q: String,
    /// The medicines.
    pub medicines: Vec<Medicine>,
    /// The address of the next page.
    pub more: Option<String>,
}

impl MedicinesPage {
    /// Whether this person maintains the catalogue.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageMedicines)
    }
}

/// One medicine, to read, to change or to add.
#[derive(Debug, Template)]
#[template(path = "prescribing/medicine.html")]
pub struct MedicinePage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// The medicine; none for a new one.
    pub medicine: Option<Medicine>,
    /// Codes and names of the classes, for those who change it.
    pub classes: Vec<(String, String)>,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
}

impl MedicinePage {
    /// Whether this person maintains the catalogue.
    pub fn manages(&self) -> bool {
        self.page.may(Permission::ManageMedicines)
    }

    /// The heading.
    pub fn title(&self) -> String {
        self.medicine.as_ref().map_or_else(|| "Add a medicine".to_owned(), Medicine::label)
    }

    /// Where the form goes.
    pub fn target(&self) -> String {
        use crate::web::paths::prescribing as paths;
        self.medicine.as_ref().map_or_else(|| paths::MEDICINES.to_owned(), |one| paths::medicine(one.id))
    }

    /// Forms.
    pub fn forms(&self) -> Vec<(&'static str, &'static str)> {
        Form::choices()
    }

    /// Routes.
    pub fn routes(&self) -> Vec<(&'static str, &'static str)> {
        Route::choices()
    }

    /// Units.
    pub fn units(&self) -> Vec<(&'static str, &'static str)> {
        Unit::choices()
    }

    /// Pregnancy.
    pub fn pregnancies(&self) -> Vec<(&'static str, &'static str)> {
        Pregnancy::choices()
    }

    /// The names of a medicine's classes.
    pub fn class_names(&self, medicine: &Medicine) -> String {
        let names = medicine.classes.split('|').filter(|code| !code.is_empty()).map(|code| {
            let known = self.classes.iter().find(|(own, _)| own == code);
            known.map_or_else(|| code.replace('_', " "), |(_, name)| name.clone())
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// How long prescriptions hold.
#[derive(Debug, Template)]
#[template(path = "prescribing/rules.html")]
pub struct RulesPage {
    /// The frame.
    pub page: Page,
    /// What was typed.
    pub form: FormState,
    /// What somebody else saved meanwhile.
    pub conflict: Option<Conflict>,
}
