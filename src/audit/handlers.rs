//! Reading the trail (AD5, first version).

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{Days, NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::Entry;
use super::file;
use super::store::{self, Narrow};
use super::verify;
use super::views::{CheckPage, IndexPage, ShowPage};
use crate::app::App;
use crate::patients::model::words_of;
use crate::settings::model::Clinic;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Entries on one page.
const PAGE: i64 = 50;

/// Times an hour that the clinic's trail is taken away as a file (ASVS 5.0, 2.4.1).
const EXPORTS: i64 = 20;
/// Seconds until another file may be taken.
const HOUR: u64 = 60 * 60;

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
    let narrow = narrowed(&page.clinic, &mut form, asked.before);
    if !form.is_ok() {
        return not_understood(page, form);
    }
    let mut entries = store::list(&app.db, &narrow, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let older = entries.last().filter(|_| more).map(|last| {
        terms.push(format!("before={}", last.entry.id));
        format!("{}?{}", paths::audit::INDEX, terms.join("&"))
    });
    html(IndexPage { page, form, entries, older })
}

fn not_understood(page: Page, form: FormState) -> Answer {
    Ok(refused(html(IndexPage { page, form, entries: Vec::new(), older: None })?))
}

/// What the filter asks for, or what is wrong with it. What begins with something is asked for as it is stored
/// (`sign_in.opened`) or as the list says it ("Sign in opened").
fn narrowed(clinic: &Clinic, form: &mut FormState, before: Option<i64>) -> Narrow {
    let missing = "There is no such day. Choose one from the calendar, or leave this empty";
    let from: Option<NaiveDate> = form.optional_parse("from", missing);
    let to: Option<NaiveDate> = form.optional_parse("to", missing);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        form.refuse("to", "This day is before the first one. Choose the same day or a later one");
    }
    let typed = form.value("action").split(':').next().unwrap_or_default().trim().to_lowercase();
    let spoken = typed.replace(['.', '_', '%'], " ");
    let (action, words) = if typed.contains(' ') { (String::new(), spoken) } else { (typed, String::new()) };
    let person = form.value("person").trim().to_lowercase();
    Narrow {
        names: words_of(&person),
        person,
        patient: form.value("patient").trim().to_uppercase(),
        action,
        words,
        from: from.map(|day| clinic.start_of(day)),
        until: to.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| clinic.start_of(day)),
        before,
    }
}

/// All entries that fit, as a file. Taking them away is an entry of its own, which says how far they went.
pub async fn export(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let newest = store::newest(&app.db).await?;
    let narrow = narrowed(&page.clinic, &mut form, Some(newest.saturating_add(1)));
    if !form.is_ok() {
        return not_understood(page, form);
    }
    let mut work = submission.begin(&app).await?;
    if store::exports_since(work.tx(), page.now - TimeDelta::hours(1)).await? >= EXPORTS {
        return Err(Error::TooMany(HOUR));
    }
    let mut entry = Entry::new("audit.exported", "audit_entry", None).with("up_to", newest);
    for (name, value) in submission.form.pairs().filter(|(_, value)| !value.is_empty()) {
        entry = entry.with(name, value);
    }
    work.audit(entry).await?;
    work.commit(paths::audit::INDEX).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-trail.csv\""),
    ];
    Ok((headers, file::of(&app, narrow)).into_response())
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
