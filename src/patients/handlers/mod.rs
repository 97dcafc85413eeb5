//! HTTP of patients.

pub mod card;
pub mod clinical;
pub mod codes;
pub mod edit;
mod fields;
pub mod imports;
pub mod mine;
pub mod record;
pub mod register;
pub mod search;
pub mod state;
pub mod students;
pub mod university;

use super::model::{PatientId, Told};
use super::store::{self, Patient};
use super::views::Meanwhile;
use crate::access::model::Permission;
use crate::app::App;
use crate::db::DbError;
use crate::web::{Error, Page};

/// The patient as this member of staff may see them: clinical facts only for those who open records (rule A1), and
/// nobody works on the own record (rule A7).
async fn patient_for(app: &App, page: &Page, id: PatientId) -> Result<Patient, Error> {
    let actor = page.actor()?;
    let mut patient = store::by_id(&app.db, id, Some(actor.account)).await?.ok_or(Error::NotFound)?;
    if patient.is_own || actor.patient == Some(id) {
        return Err(Error::Forbidden("This is your own record. A colleague opens it for you."));
    }
    if !page.may(Permission::OpenRecords) {
        patient.told = Told::default();
    }
    Ok(patient)
}

/// What others changed since a version; clinical texts only where the person may see them.
async fn meanwhile(
    app: &App,
    page: &Page,
    id: PatientId,
    version: i64,
    clinical: bool,
) -> Result<Vec<Meanwhile>, DbError> {
    let who = |name: &str, at: &chrono::DateTime<chrono::Utc>| format!("{name}, {}", page.clinic.stamp(at));
    let mut others: Vec<Meanwhile> = store::changes_since(&app.db, id, version)
        .await?
        .into_iter()
        .map(|trace| {
            let mut what = trace.changes();
            if what.is_empty() {
                what.push(trace.words().to_owned());
            }
            Meanwhile { who: who(&trace.name, &trace.at), what }
        })
        .collect();
    if clinical {
        let changes = store::clinical_changes(&app.db, id).await?;
        let newer = changes.iter().filter(|change| change.version > version);
        others.extend(
            newer.map(|change| Meanwhile { who: who(&change.name, &change.at), what: vec![change.words()] }),
        );
    }
    if others.is_empty() {
        let what = vec!["the record is not as it was when this page was opened".to_owned()];
        others.push(Meanwhile { who: "Somebody".to_owned(), what });
    }
    Ok(others)
}

/// The sentence at the form when somebody else was first.
const CONFLICT: &str = "Somebody else changed this record. Compare below, then save again";
