//! Reading identity and contact from a form, and filling the form in.

use chrono::{Datelike, NaiveDate};

use crate::patients::campus::Campus;
use crate::patients::model::{
    DepartmentId, Details, Kind, LevelId, MatricNumber, Phone, SessionId, Sex, birth_date,
};
use crate::patients::store::university::PlaceKind;
use crate::settings::model::Clinic;
use crate::web::FormState;
use crate::web::form::LINE;

/// Everything but the guardian, which needs a look-up. `kept` is the matric number that the patient has: an earlier pattern
/// may have taken it.
pub fn read(
    form: &mut FormState,
    clinic: &Clinic,
    today: NaiveDate,
    campus: &Campus,
    kept: Option<&str>,
) -> Details {
    let family_name = form.text("family_name", "Enter the family name", LINE);
    let given_names = form.text("given_names", "Enter the given names", LINE);
    let born_on = birth(form, today);
    let sex = form.parse::<Sex>("sex", "Choose the sex").unwrap_or(Sex::Unknown);
    let mut details = Details { family_name, given_names, born_on, sex, ..Details::default() };
    contact(form, &mut details);
    details.kind = form.parse::<Kind>("kind", "Choose the kind of patient").unwrap_or(Kind::Public);
    numbers(form, clinic, &mut details, kept);
    let mut place = |name: &str, what| {
        let id: Option<i64> = form.optional_parse(name, "Choose one of the list");
        let known = id.is_none_or(|id| campus.of(what).any(|place| place.id == id));
        if !known {
            form.refuse(name, "Choose one of the list");
        }
        id.filter(|_| known)
    };
    details.department_id = place("department_id", PlaceKind::Department).map(DepartmentId);
    details.level_id = place("level_id", PlaceKind::Level).map(LevelId);
    let session = place("session_id", PlaceKind::Session).map(SessionId);
    // The form comes with the present session chosen; only students are in one.
    details.session_id = session.filter(|_| details.kind == Kind::Student);
    details.insurance_scheme = form.optional_text("insurance_scheme", LINE);
    details.insurance_number = form.optional_text("insurance_number", LINE);
    details
}

fn birth(form: &mut FormState, today: NaiveDate) -> Option<NaiveDate> {
    let read = birth_date(form.value("born_day"), form.value("born_month"), form.value("born_year"), today);
    read.unwrap_or_else(|error| {
        form.refuse("born_day", error.to_string());
        None
    })
}

/// Phone, e-mail, address, next of kin: what patients may change themselves.
pub fn contact(form: &mut FormState, details: &mut Details) {
    details.phone = phone(form, "phone");
    details.email = form.optional_text("email", LINE).to_lowercase();
    let host = details.email.rsplit_once('@').map(|(name, host)| !name.is_empty() && host.contains('.'));
    if !details.email.is_empty() && (host != Some(true) || details.email.contains(char::is_whitespace)) {
        form.refuse("email", "Enter an e-mail address in the correct format, like name@example.com");
    }
    details.address = form.optional_text("address", LINE);
    details.kin_name = form.optional_text("kin_name", LINE);
    details.kin_relation = form.optional_text("kin_relation", LINE);
    details.kin_phone = phone(form, "kin_phone");
}

fn phone(form: &mut FormState, name: &str) -> String {
    match Phone::parse(form.value(name)) {
        Ok(phone) => phone.typed,
        Err(error) => {
            form.refuse(name, error.to_string());
            String::new()
        }
    }
}

fn numbers(form: &mut FormState, clinic: &Clinic, details: &mut Details, kept: Option<&str>) {
    let typed = form.optional_text("matric_number", LINE);
    let example = MatricNumber::example(&clinic.matric_pattern);
    if typed.is_empty() {
        if details.kind == Kind::Student {
            form.refuse("matric_number", "Enter the matric number");
        }
    } else if kept == Some(MatricNumber::normal(&typed).as_str()) {
        details.matric_number = kept.map(str::to_owned);
    } else {
        details.matric_number =
            MatricNumber::parse(&typed, &clinic.matric_pattern).map(|matric| matric.to_string());
        if details.matric_number.is_none() {
            form.refuse("matric_number", format!("Matric number must look like {example}"));
        }
    }
    let staff: String =
        form.optional_text("staff_number", LINE).split_whitespace().collect::<String>().to_uppercase();
    if staff.is_empty() && details.kind == Kind::Staff {
        form.refuse("staff_number", "Enter the staff number");
    }
    details.staff_number = Some(staff).filter(|staff| !staff.is_empty());
    if details.kind == Kind::Dependant && form.value("guardian").trim().is_empty() {
        form.refuse("guardian", "Enter the number of the patient they belong to");
    }
}

/// The form as it stands for these details.
pub fn fill(details: &Details, guardian: &str) -> FormState {
    let born = |part: fn(&NaiveDate) -> String| details.born_on.as_ref().map(part).unwrap_or_default();
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    fill_contact(FormState::new(), details)
        .with("kind", details.kind.as_str())
        .with("family_name", &details.family_name)
        .with("given_names", &details.given_names)
        .with("sex", details.sex.as_str())
        .with("born_day", born(|day| day.day().to_string()))
        .with("born_month", born(|day| day.month().to_string()))
        .with("born_year", born(|day| day.year().to_string()))
        .with("matric_number", details.matric_number.as_deref().unwrap_or_default())
        .with("staff_number", details.staff_number.as_deref().unwrap_or_default())
        .with("department_id", id(details.department_id.map(|id| id.0)))
        .with("level_id", id(details.level_id.map(|id| id.0)))
        .with("session_id", id(details.session_id.map(|id| id.0)))
        .with("insurance_scheme", &details.insurance_scheme)
        .with("insurance_number", &details.insurance_number)
        .with("guardian", guardian.split(' ').next().unwrap_or_default())
}

/// The contact fields as they stand.
pub fn fill_contact(form: FormState, details: &Details) -> FormState {
    form.with("phone", &details.phone)
        .with("email", &details.email)
        .with("address", &details.address)
        .with("kin_name", &details.kin_name)
        .with("kin_relation", &details.kin_relation)
        .with("kin_phone", &details.kin_phone)
}
