//! What happens between the patient and those who treat: vital signs and the early-warning score, the consultation page
//! with its drafts and signed notes, what becomes of a visit.
//!
//! Others use [`model`] and [`flags`].
//!
//! Diagnoses, prescriptions and procedures are sections of the page and capabilities of their own. Each gives the page what
//! it shows (`handlers::consult::load`, a field of `ConsultPage`, its part in `consultation/_note.html` between the note and
//! the plan), takes its own steps (`handlers::steps::section`), and is signed and discarded with the note
//! (`handlers::steps::sign_sections`, `handlers::steps::discard_sections`), all in the transaction of the note.

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
    use handlers::{consult, draft, notes, trend, vitals};
    let write = Access::May(Permission::WriteNotes);
    let take = Access::May(Permission::RecordVitals);
    Routes::new("consultation")
        .get(paths::VITALS, take, vitals::new)
        .post(paths::VITALS, take, vitals::create)
        .get(paths::TAKING, take, vitals::show)
        .get(paths::CORRECTION, take, vitals::edit)
        .post(paths::CORRECTION, take, vitals::correct)
        .get(paths::TREND, take, trend::index)
        .get(paths::CONSULT, write, consult::show)
        .post(paths::CONSULT, write, consult::create)
        .post(paths::DRAFT, write, draft::save)
        .get(paths::NOTE, Access::May(Permission::OpenRecords), notes::show)
        .get(paths::ADDENDUM, write, notes::addendum)
        .post(paths::ADDENDUM, write, notes::add)
        .get(paths::ERROR, write, notes::error)
        .post(paths::ERROR, write, notes::end)
        .get(paths::DISCARD, write, notes::discarding)
        .post(paths::DISCARD, write, notes::discard)
}
