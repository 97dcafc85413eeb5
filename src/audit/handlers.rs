//! Reading the trail (AD5, first version).

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::Value;

use super::Entry;
use super::store::{self, Listed, Narrow};
use super::verify;
use super::views::{CheckPage, IndexPage, ShowPage};
use crate::app::App;
use crate::settings::model::Clinic;
use crate::web::request::Id;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Entries on one page.
const PAGE: i64 = 50;
/// Entries in one file.
const EXPORT: i64 = 10_000;

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
    let narrow = narrowed(&page.clinic, &form, asked.before);
    let mut entries = store::list(&app.db, &narrow, PAGE + 1).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let older = entries.last().filter(|_| more).map(|last| {
        terms.push(format!("before={}", last.entry.id));
        format!("{}?{}", paths::audit::INDEX, terms.join("&"))
    });
    html(IndexPage { page, form, entries, older })
}

/// What the filter asks for; a day that is none narrows nothing.
fn narrowed(clinic: &Clinic, form: &FormState, before: Option<i64>) -> Narrow {
    let day = |name| form.value(name).parse::<NaiveDate>().ok();
    let action = form.value("action").trim().to_lowercase();
    Narrow {
        person: form.value("person").trim().to_lowercase(),
        patient: form.value("patient").trim().to_uppercase(),
        action: action.replacen(' ', ".", 1).replace(' ', "_"),
        from: day("from").map(|day| clinic.start_of(day)),
        until: day("to").and_then(|day| day.checked_add_days(Days::new(1))).map(|day| clinic.start_of(day)),
        before,
    }
}

/// The filtered entries as a file, the newest [`EXPORT`] of them. Taking them away is an entry of its own.
pub async fn export(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let narrow = narrowed(&page.clinic, &submission.form, None);
    let entries = store::list(&app.db, &narrow, EXPORT).await?;
    let mut work = submission.begin(&app).await?;
    let mut entry = Entry::new("audit.exported", "audit_entry", None).with("entries", entries.len());
    for (name, value) in submission.form.pairs().filter(|(_, value)| !value.is_empty()) {
        entry = entry.with(name, value);
    }
    work.audit(entry).await?;
    work.commit(paths::audit::INDEX).await?;
    let file = tokio::task::spawn_blocking(move || as_csv(&entries)).await.map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-trail.csv\""),
    ];
    Ok((headers, file.map_err(Error::internal)?).into_response())
}

fn as_csv(entries: &[Listed]) -> Result<Vec<u8>, String> {
    let mut file = csv::Writer::from_writer(Vec::new());
    let head = [
        "entry",
        "at",
        "who",
        "role",
        "action",
        "subject",
        "subject_id",
        "patient",
        "address",
        "request",
        "detail",
    ];
    file.write_record(head).map_err(|error| error.to_string())?;
    for Listed { entry, patient_number } in entries {
        let row = [
            entry.id.to_string(),
            entry.at.to_rfc3339(),
            entry.name.clone(),
            entry.role.clone(),
            entry.action.clone(),
            entry.subject.clone(),
            entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
            patient_number.clone().unwrap_or_default(),
            entry.address.clone(),
            entry.request_id.clone(),
            entry.detail.clone(),
        ];
        file.write_record(row.map(harmless)).map_err(|error| error.to_string())?;
    }
    file.into_inner().map_err(|error| error.to_string())
}

/// A spreadsheet takes a cell that begins like this for a formula; with an apostrophe it is text.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
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
