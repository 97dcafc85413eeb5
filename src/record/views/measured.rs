//! Results and vital signs in the file that patients take along, in words and as FHIR R4 observations. The catalogues carry
//! no codes of other systems, so each observation says in words what it is.

use serde_json::{Value, json};

use crate::laboratory::model::{decimal, range_words};
use crate::record::store::{Found, Measured};

/// A vital sign: its name, its number with so many decimals, its unit.
struct Sign {
    name: &'static str,
    value: Option<i64>,
    decimals: i64,
    unit: &'static str,
}

fn quantity(value: i64, decimals: i64, unit: &str) -> Value {
    // Written as it was measured: 37.0 stays 37.0.
    let number: Option<serde_json::Number> = decimal(value, decimals).parse().ok();
    json!({ "value": number, "unit": unit })
}

impl Found {
    /// `4.2 mmol/L`, `Positive`.
    pub fn value(&self) -> String {
        match self.number {
            Some(number) => format!("{} {}", decimal(number, self.decimals), self.unit).trim().to_owned(),
            None if self.void => "Withdrawn. It no longer holds".to_owned(),
            None => self.words.clone(),
        }
    }

    /// `3.5 to 5.1`; empty without limits.
    pub fn range(&self) -> String {
        range_words(self.low, self.high, self.decimals)
    }

    /// What is found, with the test where that says something else.
    pub fn title(&self) -> String {
        match self.name.as_str() {
            "" => self.test.clone(),
            name if name == self.test => self.test.clone(),
            name => format!("{}: {name}", self.test),
        }
    }

    /// As a FHIR resource.
    pub fn resource(&self, patient: &Value) -> Value {
        let mut one = json!({
            "resourceType": "Observation", "id": format!("result-{}-{}", self.result_id, self.position),
            "status": if self.void { "cancelled" } else if self.reason.is_empty() { "final" } else { "corrected" },
            "category": [category("laboratory")], "subject": patient, "code": { "text": self.title() },
            "effectiveDateTime": self.collected_at.to_rfc3339(),
        });
        if self.void {
            return one;
        }
        match self.number {
            Some(number) => one["valueQuantity"] = quantity(number, self.decimals, &self.unit),
            None => one["valueString"] = self.words.clone().into(),
        }
        let range = self.range();
        if !range.is_empty() {
            one["referenceRange"] = json!([{ "text": range }]);
        }
        one["interpretation"] = json!([{ "text": self.flag.label() }]);
        one
    }
}

impl Measured {
    fn signs(&self) -> [Sign; 9] {
        let sign = |name, value, decimals, unit| Sign { name, value, decimals, unit };
        [
            sign("Temperature", self.temperature, 1, "°C"),
            sign("Pulse", self.pulse, 0, "/min"),
            sign("Breathing rate", self.respiration, 0, "/min"),
            sign("Oxygen saturation", self.oxygen_saturation, 0, "%"),
            sign("Systolic blood pressure", self.systolic, 0, "mmHg"),
            sign("Diastolic blood pressure", self.diastolic, 0, "mmHg"),
            sign("Weight", self.weight, 1, "kg"),
            sign("Height", self.height, 1, "cm"),
            sign("Pain, from 0 to 10", self.pain, 0, ""),
        ]
    }

    /// `Temperature 37.0 °C, pulse 72 /min`.
    pub fn in_words(&self) -> String {
        let one = |sign: &Sign| {
            let words = format!("{} {} {}", sign.name, decimal(sign.value?, sign.decimals), sign.unit);
            Some(words.trim().to_owned())
        };
        self.signs().iter().filter_map(one).collect::<Vec<_>>().join(", ")
    }

    /// As FHIR resources, one for each sign.
    pub fn resources(&self, patient: &Value) -> Vec<Value> {
        let one = |(at, sign): (usize, &Sign)| {
            Some(json!({
                "resourceType": "Observation", "id": format!("vitals-{}-{at}", self.id), "status": "final",
                "category": [category("vital-signs")], "subject": patient, "code": { "text": sign.name },
                "effectiveDateTime": self.taken_at.to_rfc3339(),
                "valueQuantity": quantity(sign.value?, sign.decimals, sign.unit),
            }))
        };
        self.signs().iter().enumerate().filter_map(one).collect()
    }
}

fn category(code: &str) -> Value {
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    json!({ "coding": [{ "system": system, "code": code }] })
}
