//! Students, with the words they are found by and the accounts they sign in with.

use chrono::{Datelike, TimeDelta};

use super::clinic::session_year;
use super::names::{Chance, Name};
use super::university::FACULTIES;
use super::{Filling, STUDENT, row};
use crate::db::{DbError, Value};
use crate::patients::model::{Details, fold, search_terms};

/// Students written at once.
const BATCH: usize = 5_000;

const PATIENT: &[&str] = &[
    "id",
    "number",
    "kind",
    "family_name",
    "given_names",
    "sort_name",
    "sex",
    "born_on",
    "phone",
    "phone_digits",
    "email",
    "address",
    "kin_name",
    "kin_relation",
    "kin_phone",
    "matric_number",
    "department_id",
    "level_id",
    "session_id",
    "blood_group",
    "genotype",
    "allergies_told",
    "insurance_scheme",
    "insurance_number",
    "card_code",
    "created_at",
    "updated_at",
];
const ACCOUNT: &[&str] = &[
    "id",
    "kind",
    "sign_in_name",
    "name",
    "phone",
    "patient_id",
    "password_hash",
    "created_at",
    "updated_at",
];

/// Everybody who studies here.
pub(super) async fn students(filling: &mut Filling, count: usize, hash: &str) -> Result<(), DbError> {
    let mut chance = Chance::new(1975);
    let departments: Vec<(i64, u32, &str)> = FACULTIES
        .iter()
        .flat_map(|(_, digits, list)| list.iter().map(move |(_, letters)| (*digits, *letters)))
        .zip(1_i64..)
        .map(|((digits, letters), id)| (id, digits, letters))
        .collect();
    let mut serials = std::collections::HashMap::new();
    let (mut patients, mut terms, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
    let first_account = filling.doctors.iter().copied().max().unwrap_or(13).max(13) + 1;
    for at in 0..count {
        let id = at as i64 + 1;
        let known = at == 0;
        let name = if known {
            Name { family: "Adéwọlé", given: "Tèmítọ́pẹ́ Ayọ̀mídé".to_owned(), female: true }
        } else {
            chance.name()
        };
        let level = if known { 6 } else { chance.between(1, 6) };
        let entry = session_year(filling.today) - (level as i32 - 1);
        let (department, digits, letters) =
            if known { departments[15] } else { departments[chance.below(departments.len())] };
        let serial =
            serials.entry((entry, letters)).or_insert(if count > 1_000 { 0 } else { 10 + chance.below(60) });
        *serial += 1;
        let matric = if known { STUDENT.to_owned() } else { matric(entry, digits, letters, *serial) };
        let phone = chance.phone();
        let phone_digits = phone.replace(' ', "");
        let number = format!("P-{id:06}");
        let sort = fold(&format!("{} {}", name.family, name.given));
        let details = Details {
            family_name: name.family.to_owned(),
            given_names: name.given.clone(),
            matric_number: Some(matric.clone()),
            ..Details::default()
        };
        let born = filling.today.with_ordinal(1).unwrap_or(filling.today)
            - TimeDelta::days(365 * (16 + level) + chance.between(0, 1_400));
        let joined = filling.now
            - TimeDelta::days(30 * (level * 12 - 11))
            - TimeDelta::minutes(chance.between(0, 4_000));
        for term in search_terms(&details, &number, &phone_digits) {
            terms.push(row![term, id]);
        }
        accounts.push(row![
            first_account + at as i64,
            "patient",
            matric.to_lowercase(),
            format!("{} {}", name.given, name.family),
            phone.as_str(),
            id,
            hash,
            joined,
            joined
        ]);
        patients.push(patient(
            &mut chance,
            id,
            (&name, sort, number, matric, phone, phone_digits),
            (department, level, born, joined),
        ));
        if patients.len() == BATCH || at + 1 == count {
            filling.put("patient", PATIENT, std::mem::take(&mut patients)).await?;
            filling.put("patient_term", &["term", "patient_id"], std::mem::take(&mut terms)).await?;
            filling.put("account", ACCOUNT, std::mem::take(&mut accounts)).await?;
            filling.step("students", at + 1).await?;
        }
    }
    let day = chrono::NaiveDate::from_ymd_opt(2000, 1, 1);
    filling.put("counter", &["scope", "day", "last"], vec![row!["patient", day, count as i64]]).await
}

/// `19/52HA001`; past 999 the faculty's digits give way, so that numbers stay apart.
fn matric(entry: i32, digits: u32, letters: &str, serial: usize) -> String {
    let digits = if serial > 999 { 60 + (serial / 1_000) as u32 } else { digits };
    format!("{:02}/{digits:02}{letters}{:03}", entry % 100, serial % 1_000)
}

type Words<'a> = (&'a Name, String, String, String, String, String);
type Study = (i64, i64, chrono::NaiveDate, chrono::DateTime<chrono::Utc>);

fn patient(chance: &mut Chance, id: i64, words: Words<'_>, study: Study) -> Vec<Value> {
    let (name, sort, number, matric, phone, digits) = words;
    let (department, level, born, joined) = study;
    let kin = chance.name();
    let relation = chance.of(&["Mother", "Father", "Sister", "Brother", "Uncle", "Aunt"]);
    let hall = chance.of(&[
        "Lagos Hall",
        "Abuja Hall",
        "Zamfara Hall",
        "Kwara Hall",
        "Off campus, Tanke",
        "Off campus, Oke-Odo",
    ]);
    let blood = chance.of(&["O+", "O+", "O+", "A+", "B+", "B+", "AB+", "O-", "A-", ""]);
    let genotype = chance.of(&["AA", "AA", "AA", "AS", "AS", "SS", "AC", ""]);
    let allergies = chance.of(&["", "", "", "", "", "", "Penicillin", "Groundnuts", "Chloroquine: itching"]);
    let insured = !chance.one_in(5);
    let scheme = if insured { "TSHIP" } else { "" };
    let policy = if insured { format!("TS{:07}", chance.below(10_000_000)) } else { String::new() };
    let mail = format!("s{id:06}@students.example.edu");
    row![
        id,
        number,
        "student",
        name.family,
        name.given.as_str(),
        sort,
        if name.female { "female" } else { "male" },
        born,
        phone,
        digits,
        mail,
        hall,
        format!("{} {}", kin.given, name.family),
        relation,
        chance.phone(),
        matric,
        department,
        level,
        7_i64,
        blood,
        genotype,
        allergies,
        scheme,
        policy,
        chance.code(),
        joined,
        joined
    ]
}
