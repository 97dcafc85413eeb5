//! What fits a few typed letters.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::diagnoses::verbs;
use crate::diagnoses::views::Options;
use crate::web::{Answer, Page, html};

/// Rows of one answer.
const MOST: i64 = 12;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// The rows.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let typed: String = asked.q.chars().take(120).collect();
    let codes = verbs::suggested(&app.db, page.actor()?.account, &typed, MOST).await?;
    html(Options { codes })
}
