//! Sealed visits (rule A3): whoever treats in a visit seals it or lifts the seal; the records officer lifts it where nobody
//! of them is left, and reads nothing.

use axum::extract::State;

use super::{Door, door_of, seal, store};
use crate::app::App;
use crate::audit::Entry;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::record::views::VisitSealPage;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

const NOT_TREATED: &str = "Only those who treat in a visit say who reads it.";
const FIRST: &str = "Somebody else was first. Open the page again to see how it stands.";

/// Who reads the visit.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let visit = store::seal_of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let Door { reach, banner, .. } = door_of(&app, &page, visit.patient_id, id).await?;
    if !reach.is_open() {
        return Ok(see_other(&paths::patients::show(visit.patient_id)));
    }
    let me = page.actor()?.account;
    let team = store::team(&app.db, id).await?;
    crate::patients::opened(&app, &page, visit.patient_id, "seal of a visit", reach).await?;
    html(VisitSealPage { page, banner, form: FormState::new(), visit, team, me })
}

/// Seals the visit, or lifts its seal: what the form was shown for.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<VisitId>, submission: Submission) -> Answer {
    let visit = store::seal_of_visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let patient = visit.patient_id;
    if door_of(&app, &page, patient, id).await?.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let me = page.actor()?.account;
    let lifts = submission.form.value("to") == "lifted";
    let mut work = submission.begin(&app).await?;
    if !store::team(&mut *work.tx(), id).await?.iter().any(|member| member.account_id == me) {
        return Err(Error::Forbidden(NOT_TREATED));
    }
    let at = work.now();
    let done = if lifts {
        store::lift_of_visit(work.tx(), (patient, id)).await?
    } else {
        store::seal_visit(work.tx(), (patient, id), (me, page.name(), at)).await?
    };
    if !done {
        return Err(Error::Conflict(FIRST.into()));
    }
    let (action, flash) = if lifts {
        ("visit.unsealed", "The seal is lifted")
    } else {
        ("visit.sealed", "The visit is sealed")
    };
    work.audit(Entry::new(action, "visit", id.0).of_patient(patient.0)).await?;
    work.done(paths::record::visit_seal(id), flash).await
}

/// Lifts the seals that the records officer chose, with the reason.
pub async fn lift(
    State(app): State<App>,
    page: Page,
    Id(patient): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let reason = form.reason("lift_reason", "Enter why the seals are lifted", (3, LINE));
    let chosen: Vec<i64> = form.values("visits").iter().filter_map(|id| id.parse().ok()).collect();
    if chosen.is_empty() {
        form.refuse("visits", "Choose the visits whose seal is lifted");
    }
    let page = seal::shown(&app, page, patient, form).await?;
    if !page.form.is_ok() {
        return Ok(refused(html(page)?));
    }
    let mut work = submission.begin(&app).await?;
    for id in chosen {
        if !store::lift_of_visit(work.tx(), (patient, VisitId(id))).await? {
            return Err(Error::Conflict(FIRST.into()));
        }
        let entry = Entry::new("visit.unsealed", "visit", id).of_patient(patient.0);
        work.audit(entry.with("reason", reason.as_str())).await?;
    }
    work.done(paths::record::seal(patient), "The seals are lifted").await
}
