//! What was given out at one moment: on the screen, on labels, on the patient's slip.

use askama::Template;
use chrono::NaiveDate;

use crate::access::model::Permission;
use crate::access::second::{self, Colleague};
use crate::pharmacy::model::DispensedId;
use crate::pharmacy::store::dispensings::{Dispensed, Dispensing, Out, Owed};
use crate::pharmacy::store::people::Here;
use crate::prescribing::model::quantity_words;
use crate::record::Banner;
use crate::stock::model::expiry_words;
use crate::web::{FormState, Page, paths};

/// What was given out.
#[derive(Debug, Template)]
#[template(path = "pharmacy/dispensing.html")]
pub struct DispensingPage {
    /// The frame.
    pub page: Page,
    /// A return that was refused.
    pub form: FormState,
    /// Allergies and pregnancy.
    pub banner: Banner,
    /// The head.
    pub dispensing: Dispensing,
    /// Its lines.
    pub lines: Vec<Dispensed>,
    /// The batches they came from.
    pub batches: Vec<Out>,
    /// The patient's token, while it is served here.
    pub here: Option<Here>,
    /// Whether something controlled can come back, and who can see it.
    pub controlled: bool,
    pub colleagues: Vec<Colleague>,
}

/// The batches of one line.
fn of(batches: &[Out], line: DispensedId) -> impl Iterator<Item = &Out> {
    batches.iter().filter(move |out| out.line_id == line)
}

impl DispensingPage {
    /// `Batch BT1021, expires March 2027: 18 capsules`.
    pub fn batches_of(&self, line: &Dispensed) -> Vec<String> {
        of(&self.batches, line.id)
            .map(|out| {
                let units = quantity_words(out.quantity, line.unit, line.step);
                format!("Batch {}, expires {}: {units}", out.number, expiry_words(out.expiry))
            })
            .collect()
    }

    /// The prescription as the reader may open it: to give out of it, or to read it.
    pub fn back(&self) -> String {
        match self.page.may(Permission::Dispense) {
            true => paths::pharmacy::dispense(self.dispensing.prescription_id),
            false => paths::prescribing::prescription(self.dispensing.prescription_id),
        }
    }

    /// The colleagues as choices.
    pub fn seconds(&self) -> Vec<(String, String)> {
        second::choices(&self.colleagues)
    }

    /// What can come back, as choices: line and batch in one value.
    pub fn out(&self) -> Vec<(String, String)> {
        let mut choices = Vec::new();
        for line in &self.lines {
            for out in of(&self.batches, line.id).filter(|out| out.quantity > 0) {
                let units = quantity_words(out.quantity, line.unit, line.step);
                let words = format!("{}, batch {}, {units} out", line.label(), out.number);
                choices.push((format!("{}.{}", line.id, out.batch_id), words));
            }
        }
        choices
    }
}

impl Dispensed {
    /// Whether something of it has not come back.
    pub fn is_out(&self) -> bool {
        self.returned < self.quantity
    }

    /// `18 capsules`.
    pub fn quantity_words(&self) -> String {
        quantity_words(self.quantity, self.unit, self.step)
    }

    /// `12 capsules`; empty when nothing is owed.
    pub fn owed_words(&self) -> String {
        if self.owed == 0 {
            return String::new();
        }
        quantity_words(self.owed, self.prescribed_unit, self.prescribed_step)
    }
}

/// A label (rule P11): one for each batch of a line.
#[derive(Debug)]
pub struct Label {
    /// The line.
    pub line: Dispensed,
    /// What of it is in this pack.
    pub quantity: String,
    /// The batch and the day until which it can be used.
    pub batch: String,
    /// The day on which it expires.
    pub expiry: NaiveDate,
}

impl Label {
    /// Every label of a hand-out.
    pub fn all(lines: &[Dispensed], batches: &[Out]) -> Vec<Self> {
        let mut labels = Vec::new();
        for line in lines {
            for out in of(batches, line.id).filter(|out| out.quantity > 0) {
                labels.push(Label {
                    quantity: quantity_words(out.quantity, line.unit, line.step),
                    batch: out.number.clone(),
                    expiry: out.expiry,
                    line: line.clone(),
                });
            }
        }
        labels
    }

    /// How small it is set, so that all of it stands on one sticker: every word on it matters.
    pub fn fit(&self) -> &'static str {
        let words = [&self.line.directions, &self.line.advice, &self.quantity, &self.batch];
        match words.iter().map(|words| words.chars().count()).sum::<usize>()
            + self.line.label().chars().count()
        {
            0..=110 => "large",
            111..=260 => "medium",
            261..=420 => "small",
            _ => "smallest",
        }
    }

    /// `March 2027`.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }
}

/// The labels on paper.
#[derive(Debug, Template)]
#[template(path = "pharmacy/labels.html")]
pub struct LabelsPage {
    /// The frame.
    pub page: Page,
    /// The head.
    pub dispensing: Dispensing,
    /// The labels.
    pub labels: Vec<Label>,
}

/// The slip for the patient.
#[derive(Debug, Template)]
#[template(path = "pharmacy/slip.html")]
pub struct SlipPage {
    /// The frame.
    pub page: Page,
    /// The head.
    pub dispensing: Dispensing,
    /// Its lines.
    pub lines: Vec<Dispensed>,
    /// What is owed of the prescription now.
    pub owed: Vec<Owed>,
}
