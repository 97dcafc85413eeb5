//! The cashier's worklist.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::app::App;
use crate::billing::model::{Code, Series};
use crate::billing::store::{credits, invoices, payments, refunds, shifts, worklist};
use crate::billing::views::worklist::{Work, WorklistPage, WorklistPart};
use crate::db::DbError;
use crate::live::Topic;
use crate::web::live::{Watcher, stream};
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// People of one search.
const FOUND: i64 = 12;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

async fn work(app: &App, page: &Page) -> Result<Work, DbError> {
    let people = worklist::people(&app.db, page.today()).await?;
    let left = worklist::left(&app.db, page.today()).await?;
    let invoices = invoices::open(&app.db).await?;
    let uncredited = worklist::uncredited(&app.db).await?;
    Ok(Work { people, left, invoices, uncredited })
}

/// Where a number or a token leads.
async fn leads_to(app: &App, page: &Page, typed: &str) -> Result<Option<String>, DbError> {
    if let Ok(code) = typed.parse::<Code>() {
        return Ok(match code.series {
            Series::Invoice => invoices::by_code(&app.db, code).await?.map(paths::billing::invoice),
            Series::Receipt => payments::receipt_by_code(&app.db, code).await?.map(paths::billing::receipt),
            Series::Credit => {
                credits::by_code(&app.db, code).await?.map(|one| paths::billing::credit_print(one.id))
            }
            Series::Refund => {
                refunds::by_code(&app.db, code).await?.map(|one| paths::billing::refund_print(one.id))
            }
            Series::Claims => None,
        });
    }
    let token = typed.trim().to_uppercase();
    Ok(worklist::of_token(&app.db, page.today(), &token).await?.map(paths::billing::of_visit))
}

/// The list; a token or a number leads to what it names, a name to those who have it.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let typed: String = asked.q.chars().take(120).collect();
    let mut form = FormState::new().with("q", &typed);
    let mut found = Vec::new();
    if !typed.trim().is_empty() {
        if let Some(to) = leads_to(&app, &page, &typed).await? {
            return Ok(see_other(&to));
        }
        found = crate::patients::search_brief(&app.db, &typed, FOUND).await?;
        if found.is_empty() {
            form.refuse(
                "q",
                format!("Nobody and nothing is called “{}”. Try a part of the name", typed.trim()),
            );
        }
    }
    let work = work(&app, &page).await?;
    let shift = shifts::open_of(&app.db, page.actor()?.account).await?;
    let ok = form.is_ok();
    let answer = html(WorklistPage { page, form, work, shift, found })?;
    Ok(if ok { answer } else { refused(answer) })
}

/// The part of it that changes.
pub async fn part(State(app): State<App>, page: Page) -> Answer {
    let work = work(&app, &page).await?;
    html(WorklistPart { page, work })
}

/// Its stream: money and the cashier's lines.
pub async fn live(State(app): State<App>, page: Page) -> Result<Response, Error> {
    let actor = page.actor()?;
    let desks = shifts::desks(&app.db).await?;
    let points = desks.iter().map(|desk| Topic::Point(desk.id.0));
    let topics = std::iter::once(Topic::Money).chain(points).collect();
    Ok(stream(&app, topics, Watcher::SignIn(actor.sign_in, actor.account.0)))
}
