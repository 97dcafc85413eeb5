//! Doctors to browse (SC7), for patients and staff.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::scheduling::store::doctors::{self, Doctor};
use crate::scheduling::views::hours::{DoctorsPage, DoctorsPhonePage};
use crate::web::{Answer, FormState, Page, html};

/// The filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    specialty: String,
    free: String,
}

/// The list; a clinic has few doctors, so it is narrowed here.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let all = doctors::all(&app.db, page.now).await?;
    let known: BTreeSet<&str> =
        all.iter().map(|one| one.specialty.as_str()).filter(|text| !text.is_empty()).collect();
    let specialties = known.into_iter().map(|text| (text.to_owned(), text.to_owned())).collect();
    let words = asked.q.trim().to_lowercase();
    let fits = |one: &Doctor| {
        let text = format!("{} {} {}", one.name, one.specialty, one.qualifications).to_lowercase();
        (words.is_empty() || text.contains(&words))
            && (asked.specialty.is_empty() || one.specialty == asked.specialty)
            && (asked.free.is_empty() || one.next_free.is_some())
    };
    let list = all.iter().filter(|one| fits(one)).cloned().collect();
    let form =
        FormState::new().with("q", &asked.q).with("specialty", &asked.specialty).with("free", &asked.free);
    if page.actor()?.is_staff() {
        html(DoctorsPage { page, form, list, specialties })
    } else {
        html(DoctorsPhonePage { page, form, list, specialties })
    }
}
