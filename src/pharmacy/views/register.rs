//! The register of controlled medicines, and who was given of a batch.

use askama::Template;

use crate::numbers::{grouped, signed};
use crate::pharmacy::store::recalls::{Batch, Receiver};
use crate::pharmacy::store::register::{Controlled, Row};
use crate::stock::model::{expiry_words, quantity_words};
use crate::web::{FormState, Page};

/// One medicine's page.
#[derive(Debug, Template)]
#[template(path = "pharmacy/register.html")]
pub struct RegisterPage {
    /// The frame.
    pub page: Page,
    /// Which one is asked for.
    pub form: FormState,
    /// Every controlled medicine.
    pub medicines: Vec<Controlled>,
    /// The one that is shown.
    pub one: Option<Controlled>,
    /// Its rows, the newest first, each with what lay in all stores after it.
    pub rows: Vec<(Row, i64)>,
    /// Where the list goes on.
    pub older: Option<String>,
}

impl RegisterPage {
    /// The medicines as choices.
    pub fn choices(&self) -> Vec<(String, String)> {
        self.medicines.iter().map(|one| (one.item_id.to_string(), one.name.clone())).collect()
    }
}

impl Controlled {
    /// `450 tablets`: what lies in all stores.
    pub fn there(&self) -> String {
        quantity_words(self.on_hand, &self.unit)
    }
}

impl Row {
    /// `+30`, `-2`.
    pub fn change(&self) -> String {
        signed(self.quantity)
    }

    /// Whom it was for and who prescribed it, or why.
    pub fn about(&self) -> String {
        if self.patient.is_empty() {
            return self.reason.clone();
        }
        format!("{}, {}. Prescribed by {}", self.patient, self.number, self.prescriber)
    }
}

impl Receiver {
    /// The phone number as a link dials it: without spaces.
    pub fn dialled(&self) -> String {
        self.phone.chars().filter(|letter| !letter.is_whitespace()).collect()
    }
}

/// Who was given of a batch.
#[derive(Debug, Template)]
#[template(path = "pharmacy/receivers.html")]
pub struct ReceiversPage {
    /// The frame.
    pub page: Page,
    /// The batch.
    pub batch: Batch,
    /// How many people have units of it.
    pub people: i64,
    /// Some of them, the latest first.
    pub receivers: Vec<Receiver>,
    /// Where the earlier ones are.
    pub older: Option<String>,
}

impl ReceiversPage {
    /// `1 person has units of it, or was treated with them`.
    pub fn count_words(&self) -> String {
        match self.people {
            1 => "1 person has units of it, or was treated with them".to_owned(),
            people => format!("{} people have units of it, or were treated with them", grouped(people)),
        }
    }
}

impl Batch {
    /// `27 Mar 2027`.
    pub fn expiry_words(&self) -> String {
        expiry_words(self.expiry)
    }
}
