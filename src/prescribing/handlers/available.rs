//! What the pharmacy has now (PH1), for everybody.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::patients::model::words_of;
use crate::prescribing::store::catalogue::{self, Offered};
use crate::prescribing::views::available::{AvailablePage, AvailablePhonePage, Listed};
use crate::stock;
use crate::web::{Answer, FormState, Page, html};

/// The filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    there: String,
}

/// The list; a clinic keeps some hundreds, so it is narrowed here. Patients do not read how many there are, nor which
/// controlled ones.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let is_staff = page.actor()?.is_staff();
    let offered = catalogue::offered(&app.db).await?;
    let usable = stock::usable_of_medicines(&app.db, &[], page.today()).await?;
    let q: String = asked.q.chars().take(100).collect();
    let typed = words_of(&q);
    let fits = |one: &Offered| {
        let words = one.words();
        typed.iter().all(|typed| words.iter().any(|word| word.starts_with(typed)))
    };
    let list = offered
        .into_iter()
        .filter(|one| (is_staff || !one.controlled) && fits(one))
        .map(|one| Listed { units: usable.get(&one.id.0).copied().unwrap_or(0), medicine: one })
        .filter(|one| asked.there.is_empty() || one.units > 0)
        .collect();
    let form = FormState::new().with("q", &q).with("there", &asked.there);
    if is_staff {
        html(AvailablePage { page, form, list })
    } else {
        html(AvailablePhonePage { page, form, list })
    }
}
