//! Procedures: what the clinic does besides medicines and tests, with price, consent and supplies.
//!
//! Others use the section of the consultation page ([`section`], [`step`], [`save`], [`sign`], [`discard`]),
//! [`open_of_visit`], [`of_visit`], [`done_for`] and [`ensure_catalogue`].

mod catalogue;
mod handlers;
pub mod model;
mod section;
mod store;
mod verbs;
mod views;

pub use catalogue::ensure as ensure_catalogue;
pub use section::{Section, discard, save, section, sign, step};
pub use store::procedures::Procedure;

use crate::access::model::Permission;
use crate::db::{DbError, Store};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::web::paths::procedures as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{kinds, options, procedure, visit};
    let record = Access::May(Permission::RecordProcedures);
    let manage = Access::May(Permission::ManageProcedures);
    Routes::new("procedures")
        .part(paths::OPTIONS, record, options::index)
        .get(paths::OF_VISIT, record, visit::show)
        .post(paths::OF_VISIT, record, visit::create)
        .get(paths::PROCEDURE, record, procedure::show)
        .post(paths::PROCEDURE, record, procedure::done)
        .post(paths::CANCELLATION, record, procedure::cancel)
        .post(paths::ERROR, record, procedure::mark)
        .get(paths::CATALOGUE, manage, kinds::index)
        .get(paths::KIND, manage, kinds::show)
        .post(paths::KIND, manage, kinds::save)
}

/// What is planned and neither done nor cancelled: it blocks the closing of the visit (rule V2). The table's trigger
/// `visit_open_procedures` says the same.
pub async fn open_of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Procedure>, DbError> {
    let mut all = store::procedures::of_visit(store, visit).await?;
    all.retain(|one| one.state.is_open());
    Ok(all)
}

/// Everything of a visit but drafts, what is to be done first.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Procedure>, DbError> {
    store::procedures::of_visit(store, visit).await
}

/// What was done in a patient's visits, newest first.
pub async fn done_for(store: impl Store, patient: PatientId) -> Result<Vec<Procedure>, DbError> {
    store::procedures::done_for(store, patient).await
}
