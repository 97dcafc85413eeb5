//! Issuing a verification.

use axum::extract::State;
use chrono::NaiveDate;

use crate::app::App;
use crate::diagnoses;
use crate::diagnoses::model::{Certainty, State as Stands};
use crate::letters::model::latest_rest;
use crate::letters::store::{settings, verifications};
use crate::letters::verbs::verification::{self, Issue, hindrance};
use crate::letters::views::verification::IssuePage;
use crate::queue::model::VisitId;
use crate::record;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Longest wish of a patient, in characters.
const WISH: usize = 500;

async fn load(app: &App, page: Page, id: VisitId, form: FormState) -> Result<(IssuePage, bool), Error> {
    let (facts, door) = super::visit(app, &page, id).await?;
    let closed = door.closed();
    let mut diagnoses = if closed { Vec::new() } else { diagnoses::of_visit(&app.db, id).await? };
    diagnoses.retain(|one| one.state == Stands::Signed && one.certainty != Certainty::RuledOut);
    let setting = settings::setting(&app.db).await?;
    let latest = latest_rest(facts.day, page.today(), setting.rest_days);
    let hindrance = hindrance(&facts);
    Ok((IssuePage { page, banner: door.banner, form, facts, diagnoses, latest, hindrance, closed }, closed))
}

/// The form; where one stands already, that one.
pub async fn new(State(app): State<App>, page: Page, Id(id): Id<VisitId>) -> Answer {
    let (shown, closed) = load(&app, page, id, FormState::new()).await?;
    let patient = shown.facts.patient_id;
    if closed {
        return Ok(see_other(&paths::patients::show(patient)));
    }
    let all = verifications::of_visit(&app.db, id).await?;
    if let Some(stands) = all.iter().find(|one| one.revoked_at.is_none()) {
        return Ok(see_other(&paths::letters::verification(stands.id)));
    }
    record::read(&app, &shown.page, &shown.banner, ("letters.opened", "visit", id.0)).await?;
    html(shown)
}

/// Reads what the doctor adds. Day and times are those of the visit, whatever is sent.
fn read(shown: &IssuePage, form: &mut FormState) -> Issue {
    let rest_until: Option<NaiveDate> =
        form.optional_parse("rest_until", "Choose the last day of rest, or leave it empty");
    let today = shown.page.today();
    if let Some(day) = rest_until.filter(|_| form.is_ok()) {
        match shown.latest {
            None => form.refuse(
                "rest_until",
                "No rest can be advised by this visit any more: that needs a new visit",
            ),
            Some(_) if day < today => {
                form.refuse("rest_until", "The last day of rest must be today or later")
            }
            Some(latest) if day > latest => {
                let words = crate::settings::model::plain_day(latest);
                form.refuse("rest_until", format!("By this visit the last day of rest is {words}"));
            }
            Some(_) => {}
        }
    }
    let asked = form.optional_text("asked", WISH);
    let named = form.values("named").iter().filter_map(|id| id.parse::<i64>().ok()).collect::<Vec<_>>();
    let words: Vec<&str> = shown
        .diagnoses
        .iter()
        .filter(|one| named.contains(&one.id.0))
        .map(|one| one.plain_name.as_str())
        .collect();
    let diagnosis = words.join(", ");
    if !diagnosis.is_empty() && asked.chars().count() < 10 {
        form.refuse("asked", "Copy the patient's written wish here. Without one no diagnosis is named");
    }
    if diagnosis.is_empty() && !asked.is_empty() {
        form.refuse("asked", "Choose which diagnosis the patient wants named, or empty this field");
    }
    let consented = match form.value("consent") {
        "yes" => true,
        "no" => false,
        _ => {
            form.refuse("consent", "Ask the patient whether others may check it, and choose the answer");
            false
        }
    };
    Issue { rest_until, diagnosis, asked, consented }
}

/// Issues it.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let (mut shown, closed) = load(&app, page, id, FormState::new()).await?;
    if closed {
        form.refuse("", "Your time with this record is over. Nothing was saved yet");
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let issue = read(&shown, &mut form);
    if !form.is_ok() {
        shown.form = form;
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    match verification::issue(&mut work, &shown.facts, &issue).await {
        Ok(new) => work.done(paths::letters::verification(new), "Verification issued").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            shown.form = form;
            Ok(conflicting(html(shown)?))
        }
        Err(why) => Err(why.into()),
    }
}
