//! The worklist, its stream, and how long tests take.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use chrono::TimeDelta;
use futures::try_join;
use serde::Deserialize;

use crate::app::App;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::db::DbError;
use crate::laboratory::model::{shown_code, turnaround, typed_code};
use crate::laboratory::store::{lines, samples, times};
use crate::laboratory::views::worklist::{Jobs, Kind, TimesPage, WorklistPage, WorklistPart};
use crate::live::Topic;
use crate::web::live::{Watcher, stream};
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Days of which turn-around is counted.
const DAYS: i64 = 30;

/// A code that was typed or scanned.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

/// What is to be done.
async fn jobs(app: &App) -> Result<Jobs, DbError> {
    let (lines, unpaid) =
        try_join!(lines::open(&app.db), billing::all_asked_first(&app.db, ChargeKind::Test))?;
    Ok(Jobs::of(lines, &unpaid))
}

/// The list; a code leads to its sample.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let mut form = FormState::new().with("code", &asked.code);
    if !asked.code.trim().is_empty() {
        let found = match typed_code(&asked.code) {
            Some(code) => samples::by_code(&app.db, &code).await?,
            None => None,
        };
        if let Some(sample) = found {
            return Ok(see_other(&paths::laboratory::sample(sample)));
        }
        let words =
            typed_code(&asked.code).map_or_else(|| asked.code.trim().to_owned(), |code| shown_code(&code));
        form.refuse(
            "code",
            format!("No sample has the code {words}. Scan the label again, or look in the list"),
        );
    }
    let jobs = jobs(&app).await?;
    let found = form.is_ok();
    let answer = html(WorklistPage { page, form, jobs })?;
    Ok(if found { answer } else { refused(answer) })
}

/// The part of it that changes.
pub async fn part(State(app): State<App>, page: Page) -> Answer {
    let jobs = jobs(&app).await?;
    html(WorklistPart { page, jobs })
}

/// The stream of the worklist: the laboratory's own, and money, since some tests are paid first.
pub async fn live(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    Ok(stream(&app, vec![Topic::Laboratory, Topic::Money], Watcher::SignIn(actor.sign_in, actor.account.0)))
}

/// How long tests took lately, and which took too long.
pub async fn times(State(app): State<App>, page: Page) -> Answer {
    let since = page.now - TimeDelta::days(DAYS);
    let mut minutes: BTreeMap<i64, (String, i64, Vec<i64>)> = BTreeMap::new();
    for taken in times::since(&app.db, since).await? {
        let kind = minutes
            .entry(taken.test_id.0)
            .or_insert_with(|| (taken.name.clone(), taken.target_minutes, Vec::new()));
        kind.2.push(taken.minutes);
    }
    let kinds = minutes.into_values().filter_map(|(name, target, minutes)| {
        Some(Kind { name, target, taken: turnaround(minutes, target)? })
    });
    let mut kinds: Vec<Kind> = kinds.collect();
    kinds.sort_by(|one, other| other.taken.count.cmp(&one.taken.count).then(one.name.cmp(&other.name)));
    let late = times::late(&app.db, since).await?;
    html(TimesPage { page, days: DAYS, kinds, late })
}
