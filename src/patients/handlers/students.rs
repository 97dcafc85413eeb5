//! Students with filters (AD2).

use axum::extract::{Query, State};
use serde::Deserialize;

use super::search::{PAGE, next_page, state_filter};
use crate::app::App;
use crate::patients::campus::Campus;
use crate::patients::model::PatientId;
use crate::patients::store::{self, Narrow};
use crate::patients::views::StudentsPage;
use crate::web::{Answer, FormState, Page, html, paths};

/// The filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    faculty: String,
    department: String,
    level: String,
    session: String,
    state: String,
    activated: String,
    after: Option<PatientId>,
}

/// The list.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let id = |text: &str| text.parse::<i64>().ok();
    let narrow = Narrow {
        state: state_filter(&asked.state),
        faculty: id(&asked.faculty),
        department: id(&asked.department),
        level: id(&asked.level),
        session: id(&asked.session),
        activated: Some(asked.activated.clone())
            .filter(|word| word == "yes" || word == "no")
            .unwrap_or_default(),
        after: asked.after,
        ..Narrow::default()
    };
    let terms = [
        ("faculty", asked.faculty.as_str()),
        ("department", &asked.department),
        ("level", &asked.level),
        ("session", &asked.session),
        ("state", &asked.state),
        ("activated", &asked.activated),
    ];
    let mut found = store::students(&app.db, &narrow, PAGE + 1).await?;
    let more = next_page(paths::patients::STUDENTS, &terms, &mut found, |one| one.listed.brief.id);
    let form = terms.iter().fold(FormState::new(), |form, (name, value)| form.with(name, value));
    let campus = Campus::read(&app.db).await?;
    html(StudentsPage { page, form, campus, found, more })
}
