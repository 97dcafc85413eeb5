//! What happens between the patient and those who treat: so far the vital signs and the early-warning score.
//!
//! Others use [`model`] and [`flags`].

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

use crate::access::model::Permission;
use crate::web::paths::consultation as paths;
use crate::web::routes::{Access, Routes};

pub use store::vitals::Flag;
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
