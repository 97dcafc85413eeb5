//! What was ever diagnosed in a patient, and taking one over into the conditions of the record.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::READ;
use crate::app::App;
use crate::diagnoses::model::{DiagnosisId, State as Stands};
use crate::diagnoses::store::diagnoses;
use crate::diagnoses::views::IndexPage;
use crate::patients::model::PatientId;
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Error, Page, Submission, html, paths};

/// Diagnoses of one page.
const PAGE: i64 = 50;
/// Problems that stand at the top.
const PROBLEMS: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// The problem list, then everything with what was entered in error.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let door = record::door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let problems = diagnoses::of_patient(&app.db, id, &door.sealed, PROBLEMS).await?;
    let before = asked.before.unwrap_or(i64::MAX);
    let mut all = diagnoses::all_of_patient(&app.db, door.whose(), before, PAGE + 1).await?;
    let more = all.len() as i64 > PAGE;
    all.truncate(PAGE as usize);
    let last = all.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::diagnoses::of_patient(id), last.id));
    record::read(&app, &page, &door.banner, READ).await?;
    html(IndexPage { page, banner: door.banner, problems, all, older })
}

/// Adds a diagnosis to the conditions of the record.
pub async fn add_condition(
    State(app): State<App>,
    page: Page,
    Id(id): Id<DiagnosisId>,
    submission: Submission,
) -> Answer {
    let diagnosis = diagnoses::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = diagnosis.patient_id;
    if record::door_of(&app, &page, patient, diagnosis.visit_id).await?.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let mut work = submission.begin(&app).await?;
    if diagnosis.state != Stands::Signed {
        return Err(Error::Conflict("This diagnosis was entered in error. It is no condition.".into()));
    }
    match record::add_condition(&mut work, patient, &diagnosis.term, &diagnosis.code).await {
        Ok(()) => work.done(paths::diagnoses::of_patient(patient), "Added to the conditions").await,
        Err(error) if error.violates("health_entry_twice") => {
            work.undo();
            Err(Error::Conflict("This stands among the conditions already.".into()))
        }
        Err(error) => Err(error.into()),
    }
}
