//! Changing clinical facts as told; for those who open records (rule A1).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::edit::renewed;
use super::{CONFLICT, asker, meanwhile, opening, patient_for, record};
use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::model::{Asker, BLOOD_GROUPS, GENOTYPES, PatientId, Told};
use crate::patients::store;
use crate::patients::views::ClinicalPage;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// What is said when the record was sealed meanwhile.
const SEALED: &str = "This record is sealed. Open it in an emergency in another tab, then save again";
/// Longest text of a fact.
pub const FACT: usize = 500;

/// The form as the record stands. Where the clinical part is closed, the record asks for the reason first.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    let (patient, reach) = patient_for(&app, &page, id).await?;
    if !reach.is_open() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let banner = record::banner(&app, id, reach).await?;
    record::opened_as(&app, &page, id, "health, as told", reach).await?;
    let form = FormState::new()
        .with("version", patient.version)
        .with("allergies_told", &patient.told.allergies_told)
        .with("conditions_told", &patient.told.conditions_told)
        .with("blood_group", &patient.told.blood_group)
        .with("genotype", &patient.told.genotype);
    html(ClinicalPage { page, form, patient, banner, closed: false, meanwhile: Vec::new() })
}

/// Saves, unless somebody else was first. If the time of a reason ran out while somebody typed, the form asks for a
/// reason beside what was typed.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let (patient, reach) = patient_for(&app, &page, id).await?;
    let closed = reach.is_closed();
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let reason = if closed { opening::read(&mut form) } else { None };
    let told = Told {
        allergies_told: form.optional_text("allergies_told", FACT),
        conditions_told: form.optional_text("conditions_told", FACT),
        blood_group: listed(&mut form, "blood_group", &BLOOD_GROUPS),
        genotype: listed(&mut form, "genotype", &GENOTYPES),
    };
    if reach.is_sealed() {
        form.refuse("", SEALED);
    }
    let banner = record::banner(&app, id, reach).await?;
    if !form.is_ok() {
        let meanwhile = Vec::new();
        return Ok(refused(html(ClinicalPage { page, form, patient, banner, closed, meanwhile })?));
    }
    let mut work = submission.begin(&app).await?;
    let mut old = patient.told.clone();
    if let Some(reason) = reason {
        let asker = Asker { now: work.now(), ..asker(&page)? };
        opening::open(&mut work, id, &asker, &reason).await?;
        old = store::by_id(work.tx(), id, None).await?.ok_or(Error::NotFound)?.told;
    }
    if patient.version == version && change(&mut work, id, version, (&old, &told)).await? {
        return work.done(paths::patients::show(id), "Health facts saved").await;
    }
    work.undo();
    // Without the opening, which is undone too, nothing of what others wrote is shown.
    let others = meanwhile(&app, &page, id, version, !closed).await?;
    let mut form = FormState::from_pairs(renewed(&form, patient.version));
    form.renew();
    form.refuse("", CONFLICT);
    let answer = html(ClinicalPage { page, form, patient, banner, closed, meanwhile: others })?;
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
