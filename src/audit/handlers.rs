//! Reading the trail (AD5, first version).

use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::Value;

use super::store::{self, Narrow};
use super::verify;
use super::views::{CheckPage, IndexPage, ShowPage};
use crate::app::App;
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Entries on one page.
const PAGE: i64 = 50;

/// The filter, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    person: String,
    patient: String,
    action: String,
    from: String,
    to: String,
    before: Option<i64>,
}

/// The list with its filters.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let mut form = FormState::new();
    let mut terms = Vec::new();
    let fields = [
        ("person", &asked.person),
        ("patient", &asked.patient),
        ("action", &asked.action),
        ("from", &asked.from),
        ("to", &asked.to),
    ];
    for (name, value) in fields {
        form = form.with(name, value);
        if !value.is_empty() {
            terms.push(format!("{name}={}", paths::encoded(value)));
        }
    }
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let narrow = Narrow {
        person: asked.person.trim().to_lowercase(),
        patient: asked.patient.trim().to_uppercase(),
        action: asked.action.trim().to_lowercase().replacen(' ', ".", 1).replace(' ', "_"),
        from: day(&asked.from).map(|day| page.clinic.start_of(day)),
        until: day(&asked.to)
            .and_then(|day| day.checked_add_days(Days::new(1)))
            .map(|day| page.clinic.start_of(day)),
        before: asked.before,
    };
    let mut entries = store::list(&app.db, &narrow, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let older = entries.last().filter(|_| more).map(|last| {
        terms.push(format!("before={}", last.entry.id));
        format!("{}?{}", paths::audit::INDEX, terms.join("&"))
    });
    html(IndexPage { page, form, entries, older })
}

/// Walks the whole chain and says whether it holds.
pub async fn check(State(app): State<App>, page: Page) -> Answer {
    let found = verify(&app).await?;
    html(CheckPage { page, found })
}

/// One entry.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id) -> Answer {
    let entry = store::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let facts = match serde_json::from_str(&entry.detail) {
        Ok(Value::Object(facts)) => facts.iter().flat_map(|(name, value)| words(name, value)).collect(),
        _ => Vec::new(),
    };
    html(ShowPage { page, entry, facts })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A fact in words; changes become one line a field, from old to new.
fn words(name: &str, value: &Value) -> Vec<(String, String)> {
    let Value::Object(changes) = value else { return vec![(name.replace('_', " "), plain(value))] };
    let change = |(field, pair): (&String, &Value)| {
        let old = pair.get(0).map(plain).unwrap_or_default();
        let new = pair.get(1).map(plain).unwrap_or_default();
        (field.replace('_', " "), format!("{} → {}", or_nothing(&old), or_nothing(&new)))
    };
    changes.iter().map(change).collect()
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}
