//! What fits a few typed letters.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::procedures::section::found;
use crate::procedures::store::kinds;
use crate::procedures::views::Options;
use crate::web::{Answer, html};

/// Rows of one answer.
const MOST: usize = 12;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// The rows.
pub async fn index(State(app): State<App>, Query(asked): Query<Asked>) -> Answer {
    let typed: String = asked.q.chars().take(120).collect();
    let mut kinds = found(kinds::all(&app.db).await?, &typed);
    kinds.truncate(MOST);
    html(Options { kinds })
}
