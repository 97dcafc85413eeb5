//! HTTP of patients.

pub mod card;
pub mod clinical;
pub mod codes;
pub mod edit;
mod fields;
pub mod imports;
pub mod mine;
pub mod opening;
pub mod record;
pub mod register;
pub mod search;
pub mod state;
pub mod students;
pub mod university;

use super::model::{Asker, PatientId, Reach, SealedVisits, Told};
use super::store::{self, Patient};
use super::views::Meanwhile;
use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::db::DbError;
use crate::web::{Error, Page};

/// What a member of staff reads instead of the own record or a relative's (rule A7).
pub const OWN: &str = "This is your own record or that of a relative. A colleague opens it for you.";

/// Who asks, for the relation to a patient.
fn asker(page: &Page) -> Result<Asker, Error> {
    let (today, account) = (page.today(), page.actor()?.account);
    let tomorrow = today.succ_opt().unwrap_or(today);
    Ok(Asker {
        account,
        now: page.now,
        today: page.clinic.start_of(today),
        tomorrow: page.clinic.start_of(tomorrow),
    })
}

/// The patient as this member of staff may see them, and how far the clinical part is open: its texts are taken out
/// here wherever it is not (rule A1). Nobody works on the own record or a relative's (rule A7).
async fn patient_for(app: &App, page: &Page, id: PatientId) -> Result<(Patient, Reach), Error> {
    let found = store::by_id(&app.db, id, Some(&asker(page)?)).await?;
    let mut patient = found.ok_or(Error::NotFound)?;
    let relation = patient.relation();
    if relation.is_own {
        return Err(Error::Forbidden(OWN));
    }
    let reach = Reach::of(page.may(Permission::OpenRecords), &relation);
    if !reach.is_open() {
        patient.told = Told::default();
    }
    Ok((patient, reach))
}

/// How far the clinical part of a patient's record is open to who asks, and which sealed visits of it stay closed all the
/// same (rule A3); for other capabilities' pages.
pub async fn reach(app: &App, page: &Page, id: PatientId) -> Result<(Reach, SealedVisits), Error> {
    if !page.may(Permission::OpenRecords) {
        return Ok((Reach::Never, SealedVisits::default()));
    }
    let relation = store::relation(&app.db, id, &asker(page)?).await?.ok_or(Error::NotFound)?;
    let reach = Reach::of(true, &relation);
    Ok((reach, reach.sealed_visits(&relation)))
}

/// Refuses whoever works on the own record or on that of a relative (rule A7).
pub async fn not_own(app: &App, account: AccountId, id: PatientId) -> Result<(), Error> {
    match store::is_own(&app.db, id, account).await? {
        Some(false) => Ok(()),
        Some(true) => Err(Error::Forbidden(OWN)),
        None => Err(Error::NotFound),
    }
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
