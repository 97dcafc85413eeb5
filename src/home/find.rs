//! One search box for patients, tokens and pages (experience K3).

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::access::model::Permission;
use crate::app::App;
use crate::patients::Brief;
use crate::patients::model::fold;
use crate::queue::Named;
use crate::web::submission::see_other;
use crate::web::{Answer, Page, html, paths};
use crate::{patients, queue};

/// Patients that are shown; the list of patients shows them all.
const SHOWN: usize = 8;
/// Longest text that is searched for.
const LONGEST: usize = 120;
/// Pages without a place in the rail.
const APART: [(&str, &str); 2] = [("Keyboard", paths::KEYBOARD), ("Your account", paths::access::ACCOUNT)];

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// What was found; also what lies below the search box while one types.
#[derive(Debug, Template)]
#[template(path = "home/_found.html")]
pub struct Found {
    q: String,
    /// Labels and addresses.
    pages: Vec<(&'static str, &'static str)>,
    tokens: Vec<Named>,
    patients: Vec<Brief>,
    /// Whether there are more patients than are shown.
    more: bool,
}

/// Its template has escaped what it shows.
impl askama::filters::HtmlSafe for Found {}

impl Found {
    fn count(&self) -> usize {
        self.pages.len() + self.tokens.len() + self.patients.len()
    }
}

/// The page of a search.
#[derive(Debug, Template)]
#[template(path = "home/find.html")]
pub struct FindPage {
    page: Page,
    found: Found,
}

/// What fits a text. The whole number of a patient leads straight there, and so does the only page or token that fits.
pub async fn index(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let typing = headers.contains_key("hx-request");
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let finds_patients = page.may(Permission::FindPatients);
    if !typing
        && finds_patients
        && q.chars().any(|c| c.is_ascii_digit())
        && let Some(id) = patients::find_by_code(&app.db, &q).await?
    {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let tokens = if page.may(Permission::SeeQueue) { queue::named(&app, &q).await? } else { Vec::new() };
    let mut found = match finds_patients && !q.is_empty() {
        true => patients::search_brief(&app.db, &q, SHOWN as i64 + 1).await?,
        false => Vec::new(),
    };
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let found = Found { pages: pages_called(&page, &q), q, tokens, patients: found, more };
    if typing {
        return html(found);
    }
    if found.count() == 1 {
        if let Some((_, path)) = found.pages.first() {
            return Ok(see_other(path));
        }
        if let Some(token) = found.tokens.first() {
            return Ok(see_other(&paths::queue::entry(token.entry_id)));
        }
    }
    html(FindPage { page, found })
}

/// The pages of this person's rail whose name has a word for each that was typed.
fn pages_called(page: &Page, q: &str) -> Vec<(&'static str, &'static str)> {
    let folded = fold(q);
    let typed: Vec<&str> = folded.split_whitespace().collect();
    if typed.is_empty() {
        return Vec::new();
    }
    let fits = |label: &str| {
        let label = fold(label);
        typed.iter().all(|word| label.split_whitespace().any(|part| part.starts_with(word)))
    };
    let rail = page.rail().into_iter().flat_map(|group| group.items).map(|item| (item.label, item.path));
    rail.chain(APART).filter(|(label, _)| fits(label)).collect()
}
