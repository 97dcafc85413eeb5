//! Changing identity and contact (PT4).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::register::{read_guardian, taken};
use super::{CONFLICT, fields, meanwhile, patient_for, record};
use crate::access::{follow_patient, open_patient_account};
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::campus::Campus;
use crate::patients::model::{Details, Kind, PatientId, sign_in_name};
use crate::patients::store::{self, Patient};
use crate::patients::views::PersonPage;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};
use crate::work::Work;

fn shown(page: Page, form: FormState, campus: Campus, patient: Patient) -> PersonPage {
    PersonPage {
        page,
        form,
        campus,
        patient: Some(patient),
        likely: Vec::new(),
        holder: None,
        meanwhile: Vec::new(),
    }
}

/// The form as the record stands.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    let campus = Campus::read(&app.db).await?;
    record::opened(&app, &page, id, "details", false).await?;
    let form = fields::fill(&patient.details, &patient.guardian).with("version", patient.version);
    html(shown(page, form, campus, patient))
}

/// Saves, unless somebody else was first.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (patient, _) = patient_for(&app, &page, id).await?;
    let campus = Campus::read(&app.db).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let mut details = fields::read(
        &mut form,
        &page.clinic,
        page.today(),
        &campus,
        patient.details.matric_number.as_deref(),
    );
    read_guardian(&app.db, &mut form, &mut details, Some(id)).await?;
    if !form.is_ok() {
        return Ok(refused(html(shown(page, form, campus, patient))?));
    }
    let mut work = submission.begin(&app).await?;
    match change(&mut work, &patient, version, &details, &campus).await {
        Ok(true) => work.done(paths::patients::show(id), "Details saved").await,
        Ok(false) => {
            work.undo();
            let others = meanwhile(&app, &page, id, version, false).await?;
            let mut form = FormState::from_pairs(renewed(&form, patient.version));
            form.renew();
            form.refuse("", CONFLICT);
            let answer = html(PersonPage { meanwhile: others, ..shown(page, form, campus, patient) })?;
            Ok((StatusCode::CONFLICT, answer).into_response())
        }
        Err(error) => {
            work.undo();
            let holder = taken(&app, &mut form, &details, error).await?;
            Ok(refused(html(PersonPage { holder, ..shown(page, form, campus, patient) })?))
        }
    }
}

/// What was typed, against the version that stands now.
pub fn renewed(form: &FormState, version: i64) -> Vec<(String, String)> {
    let pairs = form.pairs().filter(|(name, _)| *name != "version");
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("version".to_owned(), version.to_string()));
    pairs
}

/// Writes changed details with the fields that differ; an account follows its patient's name and matric number.
pub async fn change(
    work: &mut Work,
    patient: &Patient,
    version: i64,
    details: &Details,
    campus: &Campus,
) -> Result<bool, DbError> {
    if patient.version != version {
        return Ok(false);
    }
    let at = work.now();
    if !store::update_details(work.tx(), (patient.id, &patient.number), version, details, at).await? {
        return Ok(false);
    }
    let old = &patient.details;
    let matric = details.matric_number.as_deref().filter(|_| details.kind == Kind::Student);
    match (patient.account_id, matric.map(sign_in_name)) {
        (Some(account), name)
            if old.name() != details.name() || old.matric_number != details.matric_number =>
        {
            let name = name.filter(|_| old.matric_number != details.matric_number);
            follow_patient(work, account, name.as_deref(), &details.name()).await?;
        }
        (None, Some(name)) => {
            open_patient_account(work, patient.id, &name, &details.name()).await?;
        }
        (Some(_), _) | (None, None) => {}
    }
    let mut entry = Entry::new("patient.edited", "patient", patient.id.0)
        .of_patient(patient.id.0)
        .with("version", version + 1);
    for (field, old, new) in old.differences(details, &|what, id| campus.name_of(what, id)) {
        entry = entry.changed(field, &old, &new);
    }
    work.audit(entry).await?;
    Ok(true)
}
