//! A visit for its patient: the summary on paper, and the own visits on the phone. Internal parts of notes are never read.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::diagnoses;
use crate::diagnoses::model::{Certainty, State as Stands};
use crate::letters::store::verifications;
use crate::letters::store::visits::{self, Facts};
use crate::letters::store::{referrals, told};
use crate::letters::views::visit::{MyVisitPage, MyVisitsPage, SummaryPage, Told};
use crate::prescribing;
use crate::prescribing::model::LineState;
use crate::procedures;
use crate::procedures::model::State as Done;
use crate::queue::model::VisitId;
use crate::record;
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Error, Page, html, paths};

/// Visits of one page.
const PAGE: i64 = 25;

/// What the patient is told of a visit.
async fn told(app: &App, page: &Page, facts: Facts) -> Result<Told, Error> {
    let mut diagnoses = diagnoses::of_visit(&app.db, facts.id).await?;
    let withdrawn =
        diagnoses.iter().filter(|one| one.certainty != Certainty::RuledOut).filter_map(|one| one.error_at);
    let withdrawn = withdrawn.map(|at| page.clinic.day_of(at)).collect();
    diagnoses.retain(|one| one.state == Stands::Signed && one.certainty != Certainty::RuledOut);
    let mut procedures = procedures::of_visit(&app.db, facts.id).await?;
    procedures.retain(|one| one.state == Done::Done);
    let mut medicines = prescribing::of_visit(&app.db, facts.id).await?;
    medicines.retain(|line| line.state != LineState::Cancelled);
    Ok(Told {
        medicines,
        diagnoses,
        withdrawn,
        procedures,
        advice: told::advice(&app.db, facts.id).await?,
        tests: told::tests(&app.db, facts.id, page.now).await?,
        next: told::next(&app.db, facts.patient_id, facts.id, page.now).await?,
        facts,
    })
}

/// The summary on paper, in plain words with the clinical terms.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let (facts, door) = super::visit(&app, &page, id).await?;
    let patient = facts.patient_id;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let told = told(&app, &page, facts).await?;
    let results = told::results(&app.db, id, Some(page.now)).await?;
    record::read(&app, &page, &door.banner, ("summary.opened", "visit", id.0)).await?;
    html(SummaryPage { page, banner: door.banner, told, results })
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: Option<i64>,
}

/// The own visits.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let mut visits = told::visits(&app.db, patient, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = visits.len() as i64 > PAGE;
    visits.truncate(PAGE as usize);
    let last = visits.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::letters::MY_VISITS, last.id));
    record::read_apart(&app, &page, ("visits.own_opened", "patient", patient.0), patient).await?;
    html(MyVisitsPage { page, visits, older })
}

/// One of them; somebody else's is not there.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let facts = visits::facts(&app.db, id).await?.filter(|facts| facts.patient_id == patient);
    let told = told(&app, &page, facts.ok_or(Error::NotFound)?).await?;
    let letters = verifications::of_visit(&app.db, id).await?;
    let mut referrals = referrals::of_visit(&app.db, id).await?;
    referrals.retain(|one| one.state == crate::letters::model::ReferralState::Signed);
    record::read_apart(&app, &page, ("visits.own_opened", "visit", id.0), patient).await?;
    html(MyVisitPage { page, told, letters, referrals })
}
