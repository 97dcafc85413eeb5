//! What stands in the records of the demo: allergies, conditions, blood, alerts, and an emergency that waits for a review.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::names::Chance;
use super::{Filling, row};
use crate::audit::{self, Entry};
use crate::db::{DbError, Value, sql};
use crate::record::model::EmergencyReason;
use crate::work::Doer;

const ALLERGY: &[&str] = &[
    "patient_id",
    "kind",
    "code",
    "substance",
    "reaction",
    "severity",
    "certainty",
    "since",
    "state",
    "recorded_by",
    "recorded_name",
    "recorded_at",
];
const ENTRY: &[&str] = &[
    "patient_id",
    "kind",
    "code",
    "words",
    "since",
    "source",
    "shared",
    "everyone",
    "state",
    "recorded_by",
    "recorded_name",
    "recorded_at",
];
const NONE: &[&str] = &["patient_id", "state", "recorded_by", "recorded_name", "recorded_at"];

/// Kind, code, name, what happened, how severe.
const ALLERGIES: [(&str, &str, &str, &str, &str); 8] = [
    (
        "class",
        "penicillin",
        "Penicillins (amoxicillin, ampicillin, cloxacillin)",
        "rash on the whole body",
        "moderate",
    ),
    ("class", "sulfonamide", "Sulfa medicines (co-trimoxazole, Fansidar)", "blisters in the mouth", "severe"),
    ("food", "peanut", "Peanuts (groundnuts)", "swelling of the face", "severe"),
    (
        "class",
        "nsaid",
        "Anti-inflammatory pain medicines (ibuprofen, diclofenac)",
        "trouble with breathing",
        "severe",
    ),
    ("class", "four_aminoquinoline", "Malaria medicines of the chloroquine kind", "itching", "mild"),
    ("food", "egg", "Egg", "vomiting", "mild"),
    ("other", "", "Palm wine", "rash", "unknown"),
    ("environment", "", "Harmattan dust", "sneezing", "mild"),
];
/// Condition, code, since.
const CONDITIONS: [(&str, &str, &str); 6] = [
    ("Asthma", "J45", "childhood"),
    ("Peptic ulcer disease", "K27", "2023"),
    ("High blood pressure", "I10", "2024"),
    ("Migraine", "G43", "2021"),
    ("Type 1 diabetes", "E10", "2015"),
    ("Sickle cell disease", "D57", "birth"),
];

/// Every third student was asked about allergies, every ninth has one; every seventh has a condition.
pub(super) async fn write(filling: &mut Filling, students: usize) -> Result<(), DbError> {
    let mut chance = Chance::new(1948);
    let (mut allergies, mut entries, mut none) = (Vec::new(), Vec::new(), Vec::new());
    let nurse = super::store::name_of(filling.tx().await?, "nurse").await?;
    let by = |at: DateTime<Utc>| -> Vec<Value> { row![nurse.0, nurse.1.as_str(), at] };
    let told: HashSet<i64> = sql("select id from patient where allergies_told <> ''")
        .scalars(filling.tx().await?)
        .await?
        .into_iter()
        .collect();
    // What was told at registration is what the test found.
    let groups: Vec<(i64, String)> =
        sql("select id, blood_group from patient where blood_group <> ''").all(filling.tx().await?).await?;
    let groups: HashMap<i64, String> = groups.into_iter().collect();
    for patient in 1..=students as i64 {
        let at = filling.now - TimeDelta::days(chance.between(3, 400));
        let known = patient == 1;
        if known || patient % 9 == 2 {
            let (kind, code, name, reaction, severity) =
                if known { ALLERGIES[0] } else { chance.of(&ALLERGIES) };
            let certainty = chance.of(&["told", "likely", "confirmed"]);
            let since = chance.of(&["2019", "childhood", ""]);
            let own = row![patient, kind, code, name, reaction, severity, certainty, since, "active"];
            allergies.push([own, by(at)].concat());
        } else if patient % 3 == 0 && !told.contains(&patient) {
            none.push([row![patient, "stated"], by(at)].concat());
        }
        if known || patient % 7 == 3 {
            let (words, code, since) = if known { CONDITIONS[0] } else { chance.of(&CONDITIONS) };
            entries.push(
                [row![patient, "condition", code, words, since, "", true, false, "active"], by(at)].concat(),
            );
        }
        if let Some(group) = groups.get(&patient).filter(|_| known || patient % 4 == 1) {
            let entry = row![
                patient,
                "blood_group",
                "",
                group.as_str(),
                "2025, this laboratory",
                "tested",
                false,
                false,
                "active"
            ];
            entries.push([entry, by(at)].concat());
        }
        if patient % 40 == 5 {
            let entry = row![
                patient,
                "alert",
                "interpreter",
                "Speaks Ebira, little English",
                "",
                "",
                false,
                true,
                "active"
            ];
            entries.push([entry, by(at)].concat());
        }
        if patient % 50 == 7 {
            let entry =
                row![patient, "alert", "falls", "Fainted twice in the queue", "", "", false, false, "active"];
            entries.push([entry, by(at)].concat());
        }
    }
    filling.put("allergy", ALLERGY, allergies).await?;
    filling.put("allergy_none", NONE, none).await?;
    filling.put("health_entry", ENTRY, entries).await?;
    emergency(filling).await
}

/// Two days ago a doctor opened the record of somebody who had collapsed; nobody has reviewed it yet.
async fn emergency(filling: &mut Filling) -> Result<(), DbError> {
    let at = filling.now - TimeDelta::days(2);
    let doctor = super::store::name_of(filling.tx().await?, "doctor").await?;
    let columns = &["patient_id", "account_id", "kind", "reason", "words", "opened_at", "expires_at"];
    let words = "Collapsed at the sports centre, no friend who knows her";
    let opening = row![1_i64, doctor.0, "emergency", "cannot_speak", words, at, at + TimeDelta::minutes(60)];
    filling.put("record_opening", columns, vec![opening]).await?;
    let doer = Doer {
        account_id: Some(doctor.0),
        name: doctor.1,
        role: "doctor".to_owned(),
        address: String::new(),
        request_id: String::new(),
    };
    let reason = EmergencyReason::CannotSpeak;
    let entry = Entry::new("record.opened_in_emergency", "patient", 1).of_patient(1).with("words", words);
    audit::record(filling.tx().await?, at, &doer, entry.with("reason", reason.label())).await
}
