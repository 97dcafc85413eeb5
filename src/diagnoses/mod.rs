//! Diagnoses: the lists they are chosen from, and what was found in visits.
//!
//! Others use the section of the consultation page ([`section`], [`step`], [`save`], [`sign`], [`discard`]),
//! [`of_visit`], [`of_patient`], [`shared_with`], [`codes::ensure_catalogue`] and [`codes::import`].

pub mod codes;
mod handlers;
pub mod model;
mod section;
mod store;
mod verbs;
mod views;

pub use section::{Section, discard, save, section, sign, step};
pub use store::codes::FIND as FIND_SQL;
pub use store::diagnoses::Diagnosis;
pub use verbs::enter_in_error;

use crate::access::model::Permission;
use crate::db::{DbError, Store};
use crate::patients::model::{PatientId, SealedVisits};
use crate::queue::model::VisitId;
use crate::web::paths::diagnoses as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{error, index, options};
    let consult = Access::May(Permission::Consult);
    let open = Access::May(Permission::OpenRecords);
    Routes::new("diagnoses")
        .part(paths::OPTIONS, consult, options::index)
        .get(paths::OF_PATIENT, open, index::show)
        .post(paths::CONDITION, open, index::add_condition)
        .get(paths::ERROR, consult, error::form)
        .post(paths::ERROR, consult, error::save)
}

/// What was signed in a visit, the main one first; also what turned out to be entered in error.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Diagnosis>, DbError> {
    store::diagnoses::of_visit(store, visit).await
}

/// The problem list: what was signed and stands, each term once with its newest day.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    sealed: &SealedVisits,
    limit: i64,
) -> Result<Vec<Diagnosis>, DbError> {
    store::diagnoses::of_patient(store, patient, sealed, limit).await
}

/// What the patient reads: signed, standing, not ruled out; the newest first.
pub async fn shared_with(store: impl Store, patient: PatientId) -> Result<Vec<Diagnosis>, DbError> {
    store::diagnoses::shared_with(store, patient).await
}
