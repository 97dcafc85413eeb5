//! Prescribing: the catalogue of medicines, what is prescribed, the checks before it is signed.
//!
//! The consultation page uses [`section`], [`step`], [`sign`] and [`discard`]; others use [`open_of_visit`],
//! [`of_patient`], [`active`], [`now`] and [`ensure_catalogue`]. The pharmacy counts what is given at the same lines.

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

pub use handlers::door;
pub use model::MIXED;
pub use store::fill::ensure_catalogue;
pub use store::lines::{Line, by_id as line, of_prescription as lines_of};
pub use store::prescriptions::{Kept, Mark, Prescription, by_id as prescription, marks};
pub use verbs::ahead;
pub use verbs::draft::{save, step};
pub use verbs::now;
pub use verbs::pharmacist;
pub use verbs::sign::discard;
pub use views::section::Section;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::access::model::{AccountId, Permission as P};
use crate::app::App;
use crate::consultation::model::NoteId;
use crate::db::{Db, DbError};
use crate::patients::PatientId;
use crate::queue::Visit;
use crate::queue::model::VisitId;
use crate::record::model::Summary;
use crate::stock;
use crate::web::paths::prescribing as paths;
use crate::web::routes::{Access, Routes};
use crate::web::{FormState, Page};
use crate::work::{Refused, Work};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{after, available, catalogue, medicine, mine, show};
    let (read, manage) = (Access::May(P::ReadPrescriptions), Access::May(P::ManageMedicines));
    let (prescribe, rules) = (Access::May(P::Consult), Access::May(P::ManageSettings));
    Routes::new("prescribing")
        .get(paths::MEDICINES, read, catalogue::index)
        .post(paths::MEDICINES, manage, medicine::create)
        .part(paths::OPTIONS, read, catalogue::options)
        .get(paths::AVAILABLE, Access::SignedIn, available::index)
        .get(paths::MEDICINE_NEW, manage, medicine::new)
        .get(paths::RULES, rules, catalogue::rules)
        .post(paths::RULES, rules, catalogue::save_rules)
        .get(paths::STOPS, manage, catalogue::stops)
        .get(paths::MEDICINE, read, medicine::show)
        .post(paths::MEDICINE, manage, medicine::save)
        .get(paths::FIND, read, show::find)
        .get(paths::PRESCRIPTION, read, show::show)
        .get(paths::PRINT, read, show::print)
        .post(paths::RENEWAL, prescribe, after::renew)
        .post(paths::CANCELLATION, prescribe, after::cancel)
        .post(paths::STOP, prescribe, after::stop)
        .get(paths::CHANGE, prescribe, after::form)
        .post(paths::CHANGE, prescribe, after::save)
        .get(paths::OF_PATIENT, read, show::of_patient)
        .get(paths::MY_PRESCRIPTIONS, Access::Patient, mine::index)
}

/// The part of the consultation page, by two queries; two more for drafts (what the catalogue knows, what lies on the
/// shelf), and another where several medicines fit what was typed.
pub async fn section(
    app: &App,
    page: &Page,
    (visit, summary): (&Visit, &Summary),
    author: AccountId,
    form: &FormState,
) -> Result<Section, DbError> {
    use verbs::assess::{assess, shown, to_compare};
    let since = (page.now - TimeDelta::days(verbs::sign::LOOK_BACK_DAYS), page.today());
    let lines = store::lines::around(&app.db, visit.patient_id, visit.id, author, since).await?;
    let drafts = lines.iter().any(|line| line.state == model::LineState::Draft);
    let known = match drafts {
        true => store::context::known(&app.db).await?,
        false => Arc::default(),
    };
    let beside = store::context::beside(&app.db, visit.patient_id, author).await?;
    let context = store::context::Context::of(summary, beside, (&page.clinic, page.today()), known)?;
    let named: Vec<i64> = lines
        .iter()
        .filter(|line| line.state == model::LineState::Draft)
        .filter_map(|line| line.medicine_id.map(|id| id.0))
        .collect();
    let usable = match named.as_slice() {
        [] => BTreeMap::new(),
        named => stock::usable_of_medicines(&app.db, named, page.today()).await?,
    };
    let assessed = assess(&lines, &context, &page.clinic, page.today());
    let typed = form.value("rx_medicine");
    let choices =
        if form.error("rx_medicine").is_some() && !typed.is_empty() && !form.chosen("rx_free", "yes") {
            store::search::search(&app.db, typed, author, false, verbs::add::CHOICES).await?
        } else {
            Vec::new()
        };
    Ok(Section {
        visit: Some(visit.id),
        shown: shown(&assessed),
        compare: to_compare(&assessed, &context),
        earlier: views::section::earlier(&lines, page, 5),
        free_texts: context.free_texts(),
        asked: context.facts.asked,
        dose_is_said: model::not_grown(&context.facts).is_some(),
        favourites: context.favourites,
        choices,
        drafts: assessed
            .into_iter()
            .map(|one| {
                let seen = one.seen();
                // What was not asked is said once, above the lines.
                let said = |warning: &model::Warning| warning.kind != model::WarningKind::Unasked;
                let warnings = one.warnings.into_iter().filter(said).collect();
                let known = |id: model::MedicineId| {
                    views::medicines::in_stock(&usable, id, (one.line.unit, one.line.step))
                };
                let stock = one.line.medicine_id.map(known).unwrap_or_default();
                views::section::DraftLine { line: one.line, warnings, seen, stock }
            })
            .collect(),
    })
}

/// Signs the author's draft of the visit under a note; see [`verbs::sign::sign`].
///
/// # Errors
/// When somebody who may not prescribe has a draft, or another window was quicker.
pub async fn sign(
    work: &mut Work,
    visit: &Visit,
    note: NoteId,
    form: &mut FormState,
) -> Result<usize, Refused> {
    verbs::sign::sign(work, visit, Some(note.0), form).await
}

/// Signed lines of a visit of which something is still to be given.
pub async fn open_of_visit(db: &Db, visit: VisitId) -> Result<Vec<Line>, DbError> {
    let lines = store::lines::of_visit(db, visit).await?;
    Ok(lines.into_iter().filter(|line| line.state.waits()).collect())
}

/// Signed lines of a visit, whatever became of them.
pub async fn of_visit(db: &Db, visit: VisitId) -> Result<Vec<Line>, DbError> {
    store::lines::of_visit(db, visit).await
}

/// The lines of a patient's last `prescriptions` prescriptions, the newest first.
pub async fn of_patient(db: &Db, patient: PatientId, prescriptions: i64) -> Result<Vec<Line>, DbError> {
    store::lines::of_patient(db, patient, i64::MAX, prescriptions).await
}

/// What a patient is meant to take now: still in its course, or of the last week.
pub async fn active(app: &App, patient: PatientId) -> Result<Vec<Line>, DbError> {
    let now = app.clock.now();
    let since = now - TimeDelta::days(verbs::sign::LOOK_BACK_DAYS);
    let clinic = app.clinic();
    let today = clinic.day_of(now);
    let lines = store::lines::since(&app.db, patient, (since, today)).await?;
    Ok(lines.into_iter().filter(|line| line.is_active(&clinic, today)).collect())
}
