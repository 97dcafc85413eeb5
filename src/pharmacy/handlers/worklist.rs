//! The worklist, what was prescribed earlier, what was given out.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::super::FRESH;
use crate::app::App;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::clock::minute_of;
use crate::live::Topic;
use crate::pharmacy::store::worklist::Waiting;
use crate::pharmacy::store::{dispensings, worklist};
use crate::pharmacy::views::worklist::{EarlierPage, GivenPage, Job, WorklistPage, WorklistPart};
use crate::prescribing::model::LineId;
use crate::queue::model::VisitId;
use crate::settings::model::plain_day;
use crate::web::live::{Watcher, stream};
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Hand-outs of one page.
const PAGE: i64 = 50;

/// What lies on the shelves of the medicines of these lines.
async fn usable(app: &App, page: &Page, lines: &[Waiting]) -> Result<BTreeMap<i64, i64>, Error> {
    let named: BTreeSet<i64> = lines.iter().filter_map(|line| Some(line.medicine_id?.0)).collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    let named: Vec<i64> = named.into_iter().collect();
    Ok(crate::stock::usable_of_medicines(&app.db, &named, page.today()).await?)
}

async fn jobs(app: &App, page: &Page) -> Result<Vec<Job>, Error> {
    let since = minute_of(page.now) - FRESH;
    let lines = worklist::since(&app.db, page.today(), since).await?;
    let usable = usable(app, page, &lines).await?;
    let unpaid = billing::all_asked_first(&app.db, ChargeKind::Medicine).await?;
    let mut jobs = Job::all(lines, &usable, &unpaid);
    jobs.sort_by_key(Job::rank);
    Ok(jobs)
}

/// What waits.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let jobs = jobs(&app, &page).await?;
    html(WorklistPage { page, jobs })
}

/// The part of it that changes.
pub async fn part(State(app): State<App>, page: Page) -> Answer {
    let jobs = jobs(&app, &page).await?;
    html(WorklistPart { page, jobs })
}

/// The stream of the worklist: the pharmacy's own, the lines at its points, and money, since some medicines are paid first.
pub async fn live(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    let mut topics = vec![Topic::Pharmacy, Topic::Money];
    topics.extend(worklist::points(&app.db).await?.into_iter().map(Topic::Point));
    Ok(stream(&app, topics, Watcher::SignIn(actor.sign_in, actor.account.0)))
}

/// What the list of earlier ones is narrowed to, and where it goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    owed: String,
    before: Option<DateTime<Utc>>,
    line: Option<i64>,
}

/// What was prescribed earlier and waits, or is owed.
pub async fn earlier(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let owed = asked.owed == "yes";
    let fresh = if owed { page.now } else { minute_of(page.now) - FRESH };
    let before = (asked.before.unwrap_or(fresh), LineId(asked.line.unwrap_or(i64::MAX)));
    let lines = worklist::earlier(&app.db, page.today(), before, owed).await?;
    let older = lines.last().filter(|_| lines.len() as i64 == worklist::PAGE).map(|last| {
        let owed = if owed { "&owed=yes" } else { "" };
        let at = paths::encoded(&last.signed_at.to_rfc3339());
        format!("{}?before={at}&line={}{owed}", paths::pharmacy::EARLIER, last.line_id)
    });
    let usable = usable(&app, &page, &lines).await?;
    let unpaid = billing::all_asked_first(&app.db, ChargeKind::Medicine).await?;
    html(EarlierPage { page, owed, jobs: Job::all(lines, &usable, &unpaid), older })
}

/// The day that is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Day {
    day: String,
    before: Option<i64>,
}

/// What was given out on a day, today unless another one is named.
pub async fn given(State(app): State<App>, page: Page, Query(asked): Query<Day>) -> Answer {
    let day: NaiveDate = asked.day.parse().unwrap_or_else(|_| page.today());
    let mut all = dispensings::of_day(&app.db, day, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = all.len() as i64 > PAGE;
    all.truncate(PAGE as usize);
    let older = all
        .last()
        .filter(|_| more)
        .map(|last| format!("{}?day={day}&before={}", paths::pharmacy::GIVEN, last.id));
    let form = FormState::new().with("day", day);
    html(GivenPage { page, form, day: plain_day(day), all, older })
}

/// Leads to the prescription of a visit that waits, the oldest first; to the worklist when none does.
pub async fn of_visit(State(app): State<App>, Id(id): Id<VisitId>) -> Answer {
    crate::queue::visit(&app.db, id).await?.ok_or(Error::NotFound)?;
    let waits = crate::prescribing::open_of_visit(&app.db, id).await?;
    Ok(see_other(&waits.first().map_or_else(
        || paths::pharmacy::WORKLIST.to_owned(),
        |line| paths::pharmacy::dispense(line.prescription_id),
    )))
}
