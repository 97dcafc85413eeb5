//! What happens between the patient and those who treat: so far the vital signs and the early-warning score.
//!
//! Others use [`model`] and [`latest_vitals`].

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

use crate::access::model::Permission;
use crate::db::{Db, DbError};
use crate::patients::model::PatientId;
use crate::web::paths::consultation as paths;
use crate::web::routes::{Access, Routes};

pub use store::vitals::{Flag, Vitals};
pub use verbs::flags;

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{trend, vitals};
    let take = Access::May(Permission::RecordVitals);
    Routes::new("consultation")
        .get(paths::VITALS, take, vitals::new)
        .post(paths::VITALS, take, vitals::create)
        .get(paths::TAKING, take, vitals::show)
        .get(paths::CORRECTION, take, vitals::edit)
        .post(paths::CORRECTION, take, vitals::correct)
        .get(paths::TREND, take, trend::index)
}

/// The newest vital signs of a patient that stand.
pub async fn latest_vitals(db: &Db, patient: PatientId) -> Result<Option<Vitals>, DbError> {
    store::vitals::latest(db, patient).await
}
