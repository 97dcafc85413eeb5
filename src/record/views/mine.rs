//! A patient's own record, on the page and as files.

use askama::Template;
use serde_json::{Value, json};

use crate::diagnoses::Diagnosis;
use crate::diagnoses::model::Certainty as Sure;
use crate::procedures::Procedure;
use crate::record::model::{AllergenKind, Certainty, Entry, EntryKind, Happening, Severity, Summary, What};
use crate::record::store::{Emergency, Found, Opened, Taking};
use crate::settings::model::plain_day;
use crate::web::Page;

/// The own record.
#[derive(Debug, Template)]
#[template(path = "record/my_record.html")]
pub struct MyRecordPage {
    /// The frame.
    pub page: Page,
    /// What holds now.
    pub summary: Summary,
    /// Visits and appointments, newest first.
    pub happenings: Vec<Happening>,
    /// The address of older ones.
    pub older: Option<String>,
    /// Emergencies of which the patient has not read.
    pub emergencies: Vec<Emergency>,
}

/// Who opened the own record.
#[derive(Debug, Template)]
#[template(path = "record/my_openings.html")]
pub struct MyOpeningsPage {
    /// The frame.
    pub page: Page,
    /// Openings, newest first.
    pub opened: Vec<Opened>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// The own record as a file.
#[derive(Debug, Template)]
#[template(path = "record/file.html")]
pub struct FilePage {
    /// The frame.
    pub page: Page,
    /// What holds now.
    pub summary: Summary,
    /// Every visit and appointment, newest first.
    pub happenings: Vec<Happening>,
    /// What was found in the visits, newest first.
    pub diagnoses: Vec<Diagnosis>,
    /// What was done, newest first.
    pub procedures: Vec<Procedure>,
    /// Everything that was prescribed, newest first.
    pub prescribed: Vec<crate::prescribing::Line>,
    /// Results that may be read by now, value by value, the newest first.
    pub found: Vec<Found>,
    /// Vital signs, the newest first.
    pub takings: Vec<Taking>,
}

impl Summary {
    /// What the patient reads of the history: what is marked for it, and facts of the blood.
    pub fn shared(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.shared).collect()
    }

    /// Blood group or genotype in words, by the word of its kind.
    pub fn fact_words(&self, kind: &EntryKind) -> String {
        match self.fact(*kind) {
            Some((value, how)) => format!("{value} ({how})"),
            None => String::new(),
        }
    }

    /// `No known allergies, as you told us on 6 August 2026`.
    pub fn none_words(&self, page: &Page) -> Option<String> {
        let day = plain_day(page.clinic.day_of(self.none.as_ref()?.at));
        Some(format!("No known allergies, noted on {day}"))
    }
}

impl Happening {
    /// `Wednesday 6 August 2026, 10:40am`.
    pub fn spoken(&self, page: &Page) -> String {
        format!("{}, {}", page.clinic.long_day(self.at), page.clinic.spoken_clock(self.at))
    }
}

impl FilePage {
    /// The birthday, where it is known.
    pub fn born(&self) -> String {
        self.summary.who.born_on.map(plain_day).unwrap_or_default()
    }

    /// The record as FHIR R4 resources.
    pub fn bundle(&self) -> Value {
        let who = &self.summary.who;
        let patient = json!({ "reference": format!("Patient/{}", who.number) });
        let mut resources = vec![self.person()];
        for allergy in &self.summary.allergies {
            let category = match allergy.kind {
                AllergenKind::Medicine | AllergenKind::Class => "medication",
                AllergenKind::Food => "food",
                AllergenKind::Environment | AllergenKind::Other => "environment",
            };
            let sure = if allergy.certainty == Certainty::Confirmed { "confirmed" } else { "unconfirmed" };
            let mut resource = json!({
                "resourceType": "AllergyIntolerance", "id": format!("allergy-{}", allergy.id), "patient": patient,
                "clinicalStatus": coded("active"), "verificationStatus": coded(sure), "category": [category],
                "code": { "text": allergy.substance }, "recordedDate": allergy.recorded_at.to_rfc3339(),
            });
            if !allergy.reaction.is_empty() || allergy.severity != Severity::Unknown {
                let mut reaction = json!({ "manifestation": [{ "text": allergy.reaction }] });
                if allergy.severity != Severity::Unknown {
                    reaction["severity"] = allergy.severity.as_str().into();
                }
                resource["reaction"] = json!([reaction]);
            }
            resources.push(resource);
        }
        for entry in self.summary.shared() {
            resources.push(json!({
                "resourceType": "Condition", "id": format!("condition-{}", entry.id), "subject": patient,
                "clinicalStatus": coded("active"), "code": { "text": entry.words }, "onsetString": entry.since,
                "recordedDate": entry.recorded_at.to_rfc3339(),
            }));
        }
        for kind in [EntryKind::BloodGroup, EntryKind::Genotype] {
            if let Some((value, how)) = self.summary.fact(kind) {
                resources.push(json!({
                    "resourceType": "Observation", "status": "final", "subject": patient,
                    "code": { "text": kind.label() }, "valueString": value, "note": [{ "text": how }],
                }));
            }
        }
        resources.extend(self.diagnoses.iter().map(|diagnosis| condition(diagnosis, &patient)));
        resources.extend(self.procedures.iter().map(|procedure| treatment(procedure, &patient)));
        resources.extend(self.prescribed.iter().map(|line| line.resource(&patient)));
        resources.extend(self.found.iter().map(|one| one.resource(&patient)));
        resources.extend(self.takings.iter().flat_map(|one| one.resources(&patient)));
        resources.extend(self.happenings.iter().map(|happening| event(happening, &patient)));
        let entries: Vec<Value> =
            resources.into_iter().map(|resource| json!({ "resource": resource })).collect();
        json!({ "resourceType": "Bundle", "type": "collection", "timestamp": self.page.now.to_rfc3339(), "entry": entries })
    }

    fn person(&self) -> Value {
        let who = &self.summary.who;
        let mut numbers = vec![json!({ "type": { "text": "Clinic number" }, "value": who.number })];
        if let Some(matric) = &who.matric_number {
            numbers.push(json!({ "type": { "text": "Matric number" }, "value": matric }));
        }
        let gender = match who.sex {
            crate::patients::model::Sex::Female => "female",
            crate::patients::model::Sex::Male => "male",
            crate::patients::model::Sex::Intersex => "other",
            crate::patients::model::Sex::Unknown => "unknown",
        };
        let mut person = json!({
            "resourceType": "Patient", "id": who.number, "identifier": numbers, "gender": gender,
            "name": [{ "text": who.name }],
        });
        if let Some(born) = who.born_on {
            person["birthDate"] = born.to_string().into();
        }
        person
    }
}

fn coded(word: &str) -> Value {
    json!({ "coding": [{ "code": word }] })
}

/// What was found in a visit. ICD-10 codes of the own list name their system; free text has its words only.
fn condition(diagnosis: &Diagnosis, patient: &Value) -> Value {
    let sure = if diagnosis.certainty == Sure::Confirmed { "confirmed" } else { "provisional" };
    let mut code = json!({ "text": diagnosis.plain_name });
    if !diagnosis.code.is_empty() {
        let system = if diagnosis.system == "icd11" {
            "http://id.who.int/icd/release/11/mms"
        } else {
            "http://hl7.org/fhir/sid/icd-10"
        };
        code["coding"] = json!([{ "system": system, "code": diagnosis.code, "display": diagnosis.term }]);
    }
    json!({
        "resourceType": "Condition", "id": format!("diagnosis-{}", diagnosis.id), "subject": patient,
        "encounter": { "reference": format!("Encounter/visit-{}", diagnosis.visit_id) },
        "category": [coded("encounter-diagnosis")], "verificationStatus": coded(sure), "code": code,
        "recordedDate": diagnosis.recorded_at.to_rfc3339(), "onsetString": diagnosis.onset,
    })
}

/// What was done in a visit.
fn treatment(procedure: &Procedure, patient: &Value) -> Value {
    json!({
        "resourceType": "Procedure", "id": format!("procedure-{}", procedure.id), "subject": patient, "status": "completed",
        "encounter": { "reference": format!("Encounter/visit-{}", procedure.visit_id) },
        "code": { "text": procedure.plain_name },
        "performedDateTime": procedure.done_at.map(|at| at.to_rfc3339()),
    })
}

fn event(happening: &Happening, patient: &Value) -> Value {
    let (kind, id) = (happening.what.as_str(), format!("{}-{}", happening.what.as_str(), happening.id));
    if happening.what == What::Appointment {
        return json!({
            "resourceType": "Appointment", "id": id, "status": happening.state, "start": happening.at.to_rfc3339(),
            "description": happening.title(), "participant": [{ "actor": patient, "status": "accepted" }],
        });
    }
    if happening.what == What::Advice {
        return json!({
            "resourceType": "Communication", "id": id, "status": "completed", "subject": patient,
            "sent": happening.at.to_rfc3339(), "payload": [{ "contentString": happening.words.trim() }],
        });
    }
    json!({
        "resourceType": "Encounter", "id": id, "subject": patient, "type": [{ "text": kind }],
        "status": if happening.state == "open" { "in-progress" } else { "finished" },
        "class": { "code": "AMB" }, "period": { "start": happening.at.to_rfc3339() },
    })
}
