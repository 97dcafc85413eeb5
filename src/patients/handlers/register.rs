//! Registering a patient (PT1, AD2).

use axum::extract::{Query, State};
use serde::Deserialize;

use super::fields;
use crate::access::model::Permission;
use crate::access::open_patient_account;
use crate::app::App;
use crate::audit::Entry;
use crate::db::{DbError, Store};
use crate::patients::campus::Campus;
use crate::patients::model::{
    Brief, Details, Kind, MatricNumber, PatientId, Phone, card_code, patient_number, same_facts, sign_in_name,
};
use crate::patients::store::university::PlaceKind;
use crate::patients::{store, views};
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};
use crate::work::Work;
use views::PersonPage;

/// Who was looked for and not found.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// The form, empty but for who was looked for.
pub async fn new(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let campus = Campus::read(&app.db).await?;
    let current = campus.of(PlaceKind::Session).find(|place| place.parent == Some(1)).map(|place| place.id);
    let mut form = FormState::new().with("kind", Kind::Student.as_str());
    if let Some(current) = current {
        form = form.with("session_id", current);
    }
    let form = as_sought(form, &asked.q, &page.clinic.matric_pattern);
    html(blank(page, form, campus))
}

/// What was typed into a search, in the field that it belongs to: a matric number, a phone number, or a name with the family
/// name last, or first before a comma.
fn as_sought(form: FormState, text: &str, pattern: &str) -> FormState {
    let text = text.trim();
    if let Some(matric) = MatricNumber::parse(text, pattern) {
        return form.with("matric_number", matric);
    }
    if text.chars().any(|c| c.is_ascii_digit()) {
        return if Phone::parse(text).is_ok() { form.with("phone", text) } else { form };
    }
    let (given, family) = match text.split_once(',') {
        Some((family, given)) => (given, family),
        None => text.rsplit_once(char::is_whitespace).unwrap_or(("", text)),
    };
    form.with("given_names", given.trim()).with("family_name", family.trim())
}

fn blank(page: Page, form: FormState, campus: Campus) -> PersonPage {
    PersonPage { page, form, campus, patient: None, likely: Vec::new(), holder: None, meanwhile: Vec::new() }
}

/// Registers, once a person has looked at likely duplicates.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let campus = Campus::read(&app.db).await?;
    let mut details = fields::read(&mut form, &page.clinic, page.today(), &campus, None);
    read_guardian(&app.db, &mut form, &mut details, None).await?;
    if !form.is_ok() {
        return Ok(refused(html(blank(page, form, campus))?));
    }
    let mut work = submission.begin(&app).await?;
    // Whoever registers in the same moment waits for this number, and then sees whom the other one registered.
    let number = patient_number(store::next_numbers(work.tx(), 1).await?);
    if form.value("somebody_else") != "yes" {
        let likely = same_facts(&details, store::candidates(work.tx(), &details).await?);
        // The same number is no likeness: the table refuses it below, with the patient who has it.
        let same_number = |number: &Option<String>| number.is_some() && *number == details.matric_number;
        if !likely.is_empty() && !likely.iter().any(|(other, _)| same_number(&other.matric_number)) {
            work.undo();
            form.refuse("", "Look at the patients below: this may be one of them");
            return Ok(refused(html(PersonPage { likely, ..blank(page, form, campus) })?));
        }
    }
    match register(&mut work, &details, &number).await {
        Ok(id) => {
            let flash = format!("{} is registered", details.name());
            let to =
                if page.may(Permission::FindPatients) { paths::patients::show(id) } else { "/".to_owned() };
            work.done(to, &flash).await
        }
        Err(error) => {
            work.undo();
            let holder = taken(&app, &mut form, &details, error).await?;
            Ok(refused(html(PersonPage { holder, ..blank(page, form, campus) })?))
        }
    }
}

/// Writes a new patient: card, words to find them by, an account for students.
async fn register(work: &mut Work, details: &Details, number: &str) -> Result<PatientId, DbError> {
    let at = work.now();
    let id = store::insert(work.tx(), details, number, &card_code(rand::random()), at).await?;
    if let Some(matric) = details.matric_number.as_deref().filter(|_| details.kind == Kind::Student) {
        open_patient_account(work, id, &sign_in_name(matric), &details.name()).await?;
    }
    let entry = Entry::new("patient.registered", "patient", id.0)
        .of_patient(id.0)
        .with("number", number)
        .with("kind", details.kind.as_str());
    work.audit(entry).await?;
    Ok(id)
}

/// Finds the guardian by a number that was typed.
pub async fn read_guardian(
    store: impl Store,
    form: &mut FormState,
    details: &mut Details,
    own: Option<PatientId>,
) -> Result<(), DbError> {
    let typed = form.value("guardian").trim().to_owned();
    if details.kind != Kind::Dependant || typed.is_empty() {
        return Ok(());
    }
    match store::find_by_code(store, &typed).await? {
        Some(guardian) if Some(guardian) == own => {
            form.refuse("guardian", "Enter the number of another patient")
        }
        Some(guardian) => details.guardian_id = Some(guardian),
        None => {
            form.refuse("guardian", "No patient has this number. Check it, or register the guardian first")
        }
    }
    Ok(())
}

/// Turns a number that is taken into a message at its field, with the patient who has it.
///
/// # Errors
/// Any other fault.
pub async fn taken(
    app: &App,
    form: &mut FormState,
    details: &Details,
    error: DbError,
) -> Result<Option<Brief>, DbError> {
    let (field, number, what) = if error.violates("patient_matric_number_unique") {
        ("matric_number", &details.matric_number, "matric number")
    } else if error.violates("patient_staff_number_unique") {
        ("staff_number", &details.staff_number, "staff number")
    } else if error.violates("account_sign_in_name_unique") {
        form.refuse(
            "matric_number",
            "An account with this sign-in name exists already. Ask an administrator",
        );
        return Ok(None);
    } else {
        return Err(error);
    };
    form.refuse(field, format!("Another patient has this {what} already"));
    match store::find_by_code(&app.db, number.as_deref().unwrap_or_default()).await? {
        Some(id) => store::brief(&app.db, id).await,
        None => Ok(None),
    }
}
