//! Changing clinical facts as told; for those who open records (rule A1).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::edit::renewed;
use super::{CONFLICT, meanwhile, patient_for, record};
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::model::{BLOOD_GROUPS, GENOTYPES, PatientId, Told};
use crate::patients::store;
use crate::patients::views::ClinicalPage;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// Longest text of a fact.
pub const FACT: usize = 500;

/// The form as the record stands.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let patient = patient_for(&app, &page, id).await?;
    record::opened(&app, &page, &patient, "health").await?;
    let form = FormState::new()
        .with("version", patient.version)
        .with("allergies_told", &patient.told.allergies_told)
        .with("conditions_told", &patient.told.conditions_told)
        .with("blood_group", &patient.told.blood_group)
        .with("genotype", &patient.told.genotype);
    html(ClinicalPage { page, form, patient, meanwhile: Vec::new() })
}

/// Saves, unless somebody else was first.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let patient = patient_for(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let told = Told {
        allergies_told: form.optional_text("allergies_told", FACT),
        conditions_told: form.optional_text("conditions_told", FACT),
        blood_group: listed(&mut form, "blood_group", &BLOOD_GROUPS),
        genotype: listed(&mut form, "genotype", &GENOTYPES),
    };
    if !form.is_ok() {
        return Ok(refused(html(ClinicalPage { page, form, patient, meanwhile: Vec::new() })?));
    }
    let mut work = submission.begin(&app).await?;
    if patient.version == version && change(&mut work, id, version, (&patient.told, &told)).await? {
        return work.done(paths::patients::show(id), "Health facts saved").await;
    }
    work.undo();
    let others = meanwhile(&app, &page, id, version, true).await?;
    let mut form = FormState::from_pairs(renewed(&form, patient.version));
    form.renew();
    form.refuse("", CONFLICT);
    let answer = html(ClinicalPage { page, form, patient, meanwhile: others })?;
    Ok((StatusCode::CONFLICT, answer).into_response())
}

fn listed(form: &mut FormState, name: &str, list: &[&str]) -> String {
    let value = form.value(name).to_owned();
    if value.is_empty() || list.contains(&value.as_str()) {
        return value;
    }
    form.refuse(name, "Choose one of the list");
    String::new()
}

/// Writes changed facts. The trail names the fields; their texts are kept apart, for those who treat.
pub async fn change(
    work: &mut Work,
    id: PatientId,
    version: i64,
    (old, new): (&Told, &Told),
) -> Result<bool, DbError> {
    let (at, doer) = (work.now(), work.doer().clone());
    let differences = old.differences(new);
    if differences.is_empty() {
        return Ok(true);
    }
    if !store::update_told(work.tx(), id, version, new, at).await? {
        return Ok(false);
    }
    let fields: Vec<&str> = differences.iter().map(|(field, _, _)| *field).collect();
    let entry = Entry::new("patient.clinical_edited", "patient", id.0)
        .of_patient(id.0)
        .with("version", version + 1)
        .with("fields", fields.join(", "));
    for difference in &differences {
        store::insert_clinical_change(work.tx(), id, *difference, version + 1, (&doer, at)).await?;
    }
    work.audit(entry).await?;
    Ok(true)
}
