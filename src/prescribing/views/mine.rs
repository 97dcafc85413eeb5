//! A patient's own prescriptions, in plain words.

use std::collections::BTreeMap;

use askama::Template;
use serde_json::{Value, json};

use crate::pharmacy::Recalled;
use crate::prescribing::model::{Frequency, LineState, quantity_words};
use crate::prescribing::store::lines::Line;
use crate::prescribing::views::section::Earlier;
use crate::settings::model::plain_day;
use crate::stock::ForLine;
use crate::web::Page;

/// The list.
#[derive(Debug, Template)]
#[template(path = "prescribing/mine.html")]
pub struct MyPrescriptionsPage {
    /// The frame.
    pub page: Page,
    /// Prescriptions, the newest first.
    pub prescriptions: Vec<Earlier>,
    /// Units that can be given now, by medicine.
    pub usable: BTreeMap<i64, i64>,
    /// What is reserved for them.
    pub reserved: Vec<ForLine>,
    /// What they were given of batches that are recalled now.
    pub recalled: Vec<Recalled>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl MyPrescriptionsPage {
    /// Where a line stands, as the patient reads it.
    pub fn stands(&self, line: &Line) -> String {
        let words = line.for_patient(self.page.today());
        let waits =
            matches!(line.state, LineState::Open | LineState::Partly) && !line.is_expired(self.page.today());
        let Some(medicine) = line.medicine_id.filter(|_| waits) else { return words };
        let own = self.reserved.iter().find(|one| one.line_id == line.id.0);
        if let Some(own) = own {
            let units = quantity_words(own.quantity, line.unit, line.step);
            return format!("{words}. Reserved for you until {}: {units}", plain_day(own.until));
        }
        let there = self.usable.get(&medicine.0).copied().unwrap_or(0);
        match there {
            0 => format!("{words}. The pharmacy has none of it now; look here again"),
            there if there < line.remaining() => format!("{words}. The pharmacy has a part of it now"),
            _ if line.is_owed() => format!("{words}. It has come in: fetch it any time"),
            _ => words,
        }
    }
}

impl Line {
    /// As a resource of FHIR R4.
    pub fn resource(&self, patient: &Value) -> Value {
        let status = match self.state {
            LineState::Draft => "draft",
            LineState::Open | LineState::Partly => "active",
            LineState::Complete => "completed",
            LineState::Paused => "on-hold",
            LineState::Closed => "stopped",
            LineState::Cancelled => "cancelled",
        };
        let mut resource = json!({
            "resourceType": "MedicationRequest", "id": format!("prescription-line-{}", self.id), "status": status,
            "intent": "order", "subject": patient, "medicationCodeableConcept": { "text": self.label() },
            "requester": { "display": self.prescriber },
            "groupIdentifier": { "value": self.prescription_id.to_string() },
            "dosageInstruction": [{
                "text": self.directions, "patientInstruction": self.notes_for_patient(),
                "asNeededBoolean": self.frequency == Frequency::AsNeeded,
                "route": { "text": self.route.label() },
            }],
            "dispenseRequest": { "quantity": { "value": self.quantity, "unit": self.unit.label() } },
        });
        if let Some(at) = self.signed_at {
            resource["authoredOn"] = at.to_rfc3339().into();
        }
        if let (Some(from), Some(until)) = (self.signed_at, self.valid_until) {
            let period = json!({ "start": from.to_rfc3339(), "end": until.to_string() });
            resource["dispenseRequest"]["validityPeriod"] = period;
        }
        resource
    }

    /// Where it stands, in words for the patient.
    pub fn for_patient(&self, today: chrono::NaiveDate) -> String {
        let until = self.until_words();
        match self.state {
            LineState::Open | LineState::Partly | LineState::Paused if self.is_expired(today) => {
                "Too old to collect. Ask the doctor for a new one".to_owned()
            }
            LineState::Draft | LineState::Open => format!("Collect it at the pharmacy until {until}"),
            LineState::Partly => format!("You have a part of it. Collect the rest until {until}"),
            LineState::Complete => "You have all of it".to_owned(),
            LineState::Paused => "Waits at the pharmacy. Ask there".to_owned(),
            LineState::Closed => "Stopped by the clinic. Do not go on with it".to_owned(),
            LineState::Cancelled => "Cancelled. Do not take it".to_owned(),
        }
    }

    /// Whether the patient is meant to take it.
    pub fn is_to_take(&self) -> bool {
        self.state.is_live()
    }

    /// The words of the doctor for the patient and those of the catalogue.
    pub fn notes_for_patient(&self) -> String {
        [self.instructions.trim(), self.advice.trim()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| if part.ends_with('.') { part.to_owned() } else { format!("{part}.") })
            .collect::<Vec<_>>()
            .join(" ")
    }
}
