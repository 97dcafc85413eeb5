//! Forms of prescribing: for each route a line that stands where its step is taken.

use infirmary::access::model::AccountId;
use infirmary::db::sql;

use super::Form;
use crate::support::{AMOXICILLIN, Browser, Clinic, Room};

const NEW: [(&str, &str); 12] = [
    ("generic", "testomycin"),
    ("strength", "250 mg"),
    ("form", "tablet"),
    ("route", "oral"),
    ("unit", "tablet"),
    ("pack", "20"),
    ("step", "1"),
    ("ingredients", "Testomycin"),
    ("classes", "macrolide"),
    ("pregnancy", "caution"),
    ("price", "120"),
    ("active", "yes"),
];

/// Somebody of this name with one signed medicine.
pub(super) async fn prescribed(
    clinic: &Clinic,
    boss: &Browser,
    doctor: AccountId,
    name: &str,
) -> (String, String) {
    let (patient, visit) = clinic.is_examined(name, doctor).await;
    clinic.states_no_allergy(patient).await;
    let room = Room { doctor, desk: boss.clone(), patient, visit };
    let (prescription, line) = room.prescribed(clinic, AMOXICILLIN).await;
    (prescription.to_string(), line.to_string())
}

/// The forms; what can be opened is added to `real`.
pub async fn forms(clinic: &Clinic, boss: &Browser, real: &mut Vec<(&'static str, String)>) -> Vec<Form> {
    infirmary::prescribing::ensure_catalogue(&clinic.app.db).await.unwrap();
    let doctor = sql("select id from account where name = 'boss'").scalar(&clinic.app.db).await.unwrap();
    let (shown, _) = prescribed(clinic, boss, doctor, "Shown Prescription").await;
    let (again, _) = prescribed(clinic, boss, doctor, "Prescribed Again").await;
    let (_, cancelled) = prescribed(clinic, boss, doctor, "Cancelled Line").await;
    let (_, changed) = prescribed(clinic, boss, doctor, "Changed Line").await;
    let (_, opened) = prescribed(clinic, boss, doctor, "Opened Change").await;
    let (_, stopped) = prescribed(clinic, boss, doctor, "Stopped Line").await;
    clinic.gives(stopped.parse().unwrap(), 5).await;
    let medicine =
        clinic.count("select id from medicine where code = 'loratadine-10mg-tablet'").await.to_string();
    real.extend([
        ("/prescriptions/lines/", opened),
        ("/prescriptions/{id}", shown),
        ("/medicines/{id}", medicine.clone()),
    ]);
    let rules = [("version", "1"), ("valid_days", "60"), ("controlled_days", "5")];
    let ended = [("version", "2"), ("reason", "The test is negative")];
    let stop = [("version", "3"), ("reason", "A rash on day two")];
    let change = [("version", "2"), ("dose", "1"), ("times", "3"), ("days", "7")];
    let page = format!("/medicines/{medicine}");
    vec![
        Form::fields("/medicines", boss, "", &NEW),
        Form::fields("/medicines/rules", boss, "", &rules),
        Form::page("/medicines/{id}", boss, page, "#medicine", &[("price", "75")]),
        Form::fields("/prescriptions/{id}/renewal", boss, again, &[]),
        Form::fields("/prescriptions/lines/{id}/cancellation", boss, cancelled, &ended),
        Form::fields("/prescriptions/lines/{id}/stop", boss, stopped, &stop),
        Form::fields("/prescriptions/lines/{id}/change", boss, changed, &change),
    ]
}
