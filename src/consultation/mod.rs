//! What happens between the patient and those who treat: vital signs and the early-warning score, the consultation page
//! with its drafts and signed notes, what becomes of a visit.
//!
//! Others use [`model`], [`flags`] and [`signs_of_visit`].
//!
//! Diagnoses, prescriptions and procedures are sections of the page and capabilities of their own. Each gives the page what
//! it shows (`handlers::consult::load`, a field of `ConsultPage`, its part in `consultation/consult.html` between the note and
//! the plan), takes its own steps (`handlers::steps::section`), and is signed and discarded with the note
//! (`handlers::steps::sign_sections`, `handlers::steps::discard_sections`), all in the transaction of the note.

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

use chrono::Days;

use crate::access::model::Permission;
use crate::app::App;
use crate::web::paths::consultation as paths;
use crate::web::routes::{Access, Routes};
use crate::web::{Error, Page};

pub use store::days::Item;
pub use store::signs::Signs;
pub use store::vitals::{Flag, Vitals, of_visit as signs_of_visit};
pub use verbs::flags;

/// What is unfinished of who looks, who is booked with them today, and for nurses what is planned to be done, by one
/// query.
pub async fn day_of(app: &App, page: &Page) -> Result<Vec<Item>, Error> {
    let today = page.today();
    let span = (today, page.clinic.start_of(today), page.clinic.start_of(today + Days::new(1)));
    let account = page.actor()?.account;
    let consults = page.may(Permission::Consult);
    let nursing = page.may(Permission::RecordProcedures) && !consults;
    Ok(store::days::of_account(&app.db, account, span, (consults, nursing)).await?)
}

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{consult, draft, finish, notes, templates, trend, unfinished, vitals};
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
        .post(paths::TAKEOVER, Access::May(Permission::Consult), finish::take_over)
        .post(paths::COMPLETION, Access::May(Permission::Consult), finish::complete)
        .get(paths::UNFINISHED, write, unfinished::index)
        .get(paths::TEMPLATES, write, templates::index)
        .post(paths::TEMPLATES, write, templates::create)
        .get(paths::TEMPLATE_NEW, write, templates::new)
        .get(paths::TEMPLATE, write, templates::edit)
        .post(paths::TEMPLATE, write, templates::save)
        .get(paths::NOTE, Access::May(Permission::OpenRecords), notes::show)
        .get(paths::ADDENDUM, write, notes::addendum)
        .post(paths::ADDENDUM, write, notes::add)
        .get(paths::ERROR, write, notes::error)
        .post(paths::ERROR, write, notes::end)
        .get(paths::DISCARD, write, notes::discarding)
        .post(paths::DISCARD, write, notes::discard)
}
