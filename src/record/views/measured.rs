//! Results and vital signs in the file that patients take along, in words and as FHIR R4 observations. The catalogues carry
//! no codes of other systems, so each observation says in words what it is.

use serde_json::{Value, json};

use crate::consultation::model::Sign;
use crate::laboratory::model::{decimal, range_words};
use crate::record::store::{Found, Taking};

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

impl Taking {
    fn signs(&self) -> impl Iterator<Item = (usize, Sign, i64)> {
        Sign::ALL.iter().enumerate().filter_map(|(at, sign)| Some((at, *sign, self.measured.of(*sign)?)))
    }

    /// `Temperature 37.0 °C, Pulse 72 /min`.
    pub fn in_words(&self) -> String {
        let one = |(_, sign, value): (usize, Sign, i64)| format!("{} {}", sign.label(), sign.amount(value));
        self.signs().map(one).collect::<Vec<_>>().join(", ")
    }

    /// As FHIR resources, one for each sign.
    pub fn resources(&self, patient: &Value) -> Vec<Value> {
        let one = |(at, sign, value): (usize, Sign, i64)| {
            json!({
                "resourceType": "Observation", "id": format!("vitals-{}-{at}", self.id), "status": "final",
                "category": [category("vital-signs")], "subject": patient, "code": { "text": sign.label() },
                "effectiveDateTime": self.taken_at.to_rfc3339(),
                "valueQuantity": quantity(value, i64::from(sign.decimals()), sign.unit()),
            })
        };
        self.signs().map(one).collect()
    }
}

fn category(code: &str) -> Value {
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    json!({ "coding": [{ "system": system, "code": code }] })
}
