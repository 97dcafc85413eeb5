//! The health part of a record: allergies, conditions, history, alerts, the line of time; who opened it; emergencies.
//!
//! Others use [`model`], [`banner`] (what stands at the top of every clinical page), [`identity`] (the same without the
//! health part), [`harm`] (of a sealed record, what could harm), [`read`], [`read_apart`] and [`read_list`] (what every clinical page writes down), [`not_own`], [`summary`], [`allergies`],
//! [`timeline`] and [`unread_emergencies`].

mod catalogue;
mod handlers;
pub mod model;
mod store;
mod views;

pub use catalogue::fill as fill_catalogue;
pub use handlers::{Door, door, door_of, not_own, read, read_apart, read_list};
pub use store::{Emergency, Narrow, hold_patient, timeline};
pub use views::Banner;

use chrono::TimeDelta;

use crate::access::model::Permission;
use crate::app::App;
use crate::audit;
use crate::db::{Db, DbError, Store};
use crate::patients::model::PatientId;
use crate::prescribing;
use crate::web::paths::record as paths;
use crate::web::routes::{Access, Routes};
use crate::work::Work;
use model::{Allergy, REVIEW_DAYS, Summary};

/// Who a clinical page is about and what could harm them, by one query. Only for readers to whom the health part is open;
/// [`Banner::under`] adds the red line where an emergency opened it.
pub async fn banner(db: &Db, patient: PatientId) -> Result<Option<Banner>, DbError> {
    Ok(store::summary(db, patient, true).await?.map(Banner::of))
}

/// The same for everybody else: identity, and the alerts that are marked for everyone.
pub async fn identity(db: &Db, patient: PatientId) -> Result<Option<Banner>, DbError> {
    Ok(store::summary(db, patient, false).await?.map(Banner::of))
}

/// What could harm somebody who is in the clinic and whose record is sealed (rule A3): allergies, pregnancy and what is
/// taken, by name and dose; nothing else of the health part.
pub async fn harm(app: &App, patient: PatientId) -> Result<Option<Banner>, DbError> {
    let Some(summary) = store::summary(&app.db, patient, true).await? else { return Ok(None) };
    let taken = prescribing::active(app, patient).await?;
    let mut banner = Banner::of(summary.of_harm());
    banner.medicines = taken.iter().map(prescribing::Line::in_words).collect();
    Ok(Some(banner))
}

/// Who it is and all that holds now, for checks.
pub async fn summary(store: impl Store, patient: PatientId) -> Result<Option<Summary>, DbError> {
    store::summary(store, patient, true).await
}

/// The allergies that hold now, for checks.
pub async fn allergies(store: impl Store, patient: PatientId) -> Result<Vec<Allergy>, DbError> {
    store::known(store, patient).await
}

/// Within so long an emergency is reviewed (rule A4).
pub const REVIEW_WITHIN: TimeDelta = TimeDelta::days(REVIEW_DAYS);

/// Emergencies in which the patient's record was opened and of which the patient has not read yet.
pub async fn unread_emergencies(db: &Db, patient: PatientId) -> Result<Vec<Emergency>, DbError> {
    store::unread(db, patient).await
}

/// Adds a condition that a diagnosis of a visit names. The patient reads the diagnosis itself.
///
/// # Errors
/// A violation of `health_entry_twice` when it stands there already.
pub async fn add_condition(
    work: &mut Work,
    patient: PatientId,
    words: &str,
    code: &str,
) -> Result<(), DbError> {
    let (doer, at) = (work.doer().clone(), work.now());
    let new = store::NewEntry::condition(words, code);
    let id = store::insert_entry(work.tx(), patient, &new, (&doer, at)).await?;
    work.audit(audit::Entry::new("health.recorded", "health_entry", id.0).of_patient(patient.0)).await
}

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{
        allergies, allergy, emergency, entries, entry, health, mine, reviews, seal, time, visit_seal,
    };
    let open = Access::May(Permission::OpenRecords);
    let keep = Access::May(Permission::KeepRecords);
    Routes::new("record")
        .get(paths::HEALTH, open, health::show)
        .get(paths::CHANGES, open, health::changes)
        .get(paths::ALLERGY_NEW, open, allergies::new)
        .post(paths::ALLERGIES, open, allergies::create)
        .post(paths::NONE, open, health::state_none)
        .post(paths::NONE_WITHDRAWAL, open, health::withdraw_none)
        .post(paths::TOLD, open, health::answer_told)
        .get(paths::ALLERGY, open, allergy::form)
        .post(paths::ALLERGY, open, allergy::save)
        .get(paths::ALLERGY_END, open, allergy::end_form)
        .post(paths::ALLERGY_END, open, allergy::end)
        .get(paths::ENTRY_NEW, open, entries::new)
        .post(paths::ENTRIES, open, entries::create)
        .get(paths::ENTRY, open, entry::form)
        .post(paths::ENTRY, open, entry::save)
        .get(paths::ENTRY_END, open, entry::end_form)
        .post(paths::ENTRY_END, open, entry::end)
        .get(paths::TIMELINE, Access::May(Permission::FindPatients), time::show)
        .get(paths::EMERGENCY, open, emergency::form)
        .post_confirmed_when(paths::EMERGENCY, open, emergency::create, emergency::is_complete)
        .get(paths::SEAL, keep, seal::form)
        .post_confirmed(paths::SEAL, keep, seal::save)
        .post_confirmed(paths::VISIT_SEALS, keep, visit_seal::lift)
        .get(paths::VISIT_SEAL, open, visit_seal::show)
        .post(paths::VISIT_SEAL, open, visit_seal::save)
        .get(paths::REVIEWS, keep, reviews::index)
        .get(paths::REVIEW, keep, reviews::show)
        .post(paths::REVIEW, keep, reviews::save)
        .get(paths::MY_RECORD, Access::Patient, mine::show)
        .get(paths::MY_OPENINGS, Access::Patient, mine::openings)
        .post(paths::MY_NOTICE, Access::Patient, mine::read)
        .get(paths::MY_FILE, Access::Patient, mine::file)
        .get(paths::MY_JSON, Access::Patient, mine::json)
}
