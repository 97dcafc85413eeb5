//! One box for all patients (PT2).

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::app::App;
use crate::patients::campus::Campus;
use crate::patients::model::{Kind, PatientId, PatientState, find_words};
use crate::patients::store::university::PlaceKind;
use crate::patients::store::{self, Narrow};
use crate::patients::views::{IndexPage, Results};
use crate::web::sought;
use crate::web::submission::see_other;
use crate::web::{Answer, FormState, Page, html, paths};

/// Patients on one page.
pub const PAGE: i64 = 25;
/// Longest text that is searched for.
const LONGEST: usize = 120;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    kind: String,
    department: String,
    state: String,
    sought: String,
    after: Option<PatientId>,
}

impl Asked {
    fn narrow(&self) -> Narrow {
        Narrow {
            kind: self.kind.parse::<Kind>().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            state: state_filter(&self.state),
            department: self.department.parse().ok(),
            after: self.after,
            ..Narrow::default()
        }
    }
}

/// The search. An exact number or a scanned card leads straight to the patient.
pub async fn index(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let typing = headers.contains_key("hx-request");
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let exact = q.chars().any(|c| c.is_ascii_digit()) && asked.after.is_none();
    if exact
        && !typing
        && let Some(id) = store::find_by_code(&app.db, &q).await?
    {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let words = find_words(&q);
    let narrow = asked.narrow();
    let mut found = match (words.is_empty(), q.is_empty()) {
        (false, _) => store::search(&app.db, words.clone(), &narrow, PAGE + 1).await?,
        (true, true) => store::browse(&app.db, &narrow, PAGE + 1).await?,
        // Nothing but marks was typed: nobody is called that.
        (true, false) => Vec::new(),
    };
    let terms = [
        ("q", q.as_str()),
        ("kind", &asked.kind),
        ("department", &asked.department),
        ("state", &asked.state),
    ];
    let mut onward = terms;
    onward[0] = sought::term(&asked.sought, &q);
    let more = next_page(paths::patients::INDEX, &onward, &mut found, |line| line.brief.id);
    let campus = Campus::read(&app.db).await?;
    let results = Results { page: page.clone(), q: q.clone(), words, found, more, campus };
    if typing {
        return html(results);
    }
    let form = terms.iter().fold(FormState::new(), |form, (name, value)| form.with(name, value));
    let departments = results.campus.options(PlaceKind::Department, narrow.department);
    html(IndexPage { page, form, results, departments })
}

/// `active` unless asked otherwise.
pub fn state_filter(asked: &str) -> String {
    match asked {
        "all" => String::new(),
        "deactivated" => PatientState::Deactivated.as_str().to_owned(),
        _ => PatientState::Active.as_str().to_owned(),
    }
}

/// Cuts a list to one page; the address of the next one when there is more. It names the last patient by the id.
pub fn next_page<T>(
    path: &str,
    terms: &[(&str, &str)],
    found: &mut Vec<T>,
    last: impl Fn(&T) -> PatientId,
) -> Option<String> {
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let after = found.last().filter(|_| more).map(last)?;
    let mut query: Vec<String> = terms
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", paths::encoded(value)))
        .collect();
    query.push(format!("after={after}"));
    Some(format!("{path}?{}", query.join("&")))
}
