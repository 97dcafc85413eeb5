//! The catalogue to read: the list, the search, what fits while one types; and how long prescriptions hold.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::prescribing::model::MedicineId;
use crate::prescribing::store::catalogue::{self, Setting};
use crate::prescribing::store::{search, stops};
use crate::prescribing::views::medicines::{MedicinesPage, Options, RulesPage};
use crate::prescribing::views::stops::StopsPage;
use crate::stock;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// Medicines of one page.
const PAGE: i64 = 50;
/// How far back warnings are counted.
const COUNTED_DAYS: i64 = 90;
/// Options of one list.
const OPTIONS: i64 = 12;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    after: String,
    id: Option<i64>,
    /// `said` where the usual dose is not filled in.
    dose: String,
}

/// The list in the order of names, or what fits a search.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let q: String = asked.q.chars().take(100).collect();
    if !q.trim().is_empty() {
        let medicines = search::search(&app.db, &q, page.actor()?.account, true, PAGE).await?;
        return html(MedicinesPage { page, q, medicines, more: None });
    }
    let after = (asked.after.as_str(), MedicineId(asked.id.unwrap_or(0)));
    let mut medicines = search::browse(&app.db, after, PAGE + 1).await?;
    let is_more = medicines.len() as i64 > PAGE;
    medicines.truncate(PAGE as usize);
    let more = medicines.last().filter(|_| is_more).map(|last| {
        let after = paths::encoded(&last.folded());
        format!("{}?after={after}&id={}", paths::prescribing::MEDICINES, last.id)
    });
    html(MedicinesPage { page, q, medicines, more })
}

/// What fits while one types; the own usual ones first.
pub async fn options(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let q: String = asked.q.chars().take(100).collect();
    let medicines = search::search(&app.db, &q, page.actor()?.account, false, OPTIONS).await?;
    let ids: Vec<i64> = medicines.iter().map(|medicine| medicine.id.0).collect();
    let usable = if ids.is_empty() {
        BTreeMap::new()
    } else {
        stock::usable_of_medicines(&app.db, &ids, page.today()).await?
    };
    html(Options { medicines, usable, dose_is_said: asked.dose == "said" })
}

/// What became of the warnings that stop signing.
pub async fn stops(State(app): State<App>, page: Page) -> Answer {
    let from = page.now - TimeDelta::days(COUNTED_DAYS);
    let all = stops::since(&app.db, from).await?;
    html(StopsPage::new(page, COUNTED_DAYS, all))
}

/// How long prescriptions hold.
pub async fn rules(State(app): State<App>, page: Page) -> Answer {
    let setting = catalogue::setting(&app.db).await?;
    let form = FormState::new()
        .with("version", setting.version)
        .with("valid_days", setting.valid_days)
        .with("controlled_days", setting.controlled_days);
    html(RulesPage { page, form, conflict: None })
}

/// Saves how long prescriptions hold. What is signed keeps its day.
pub async fn save_rules(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = catalogue::setting(&app.db).await?;
    let mut form = submission.form.clone();
    let new = Setting {
        version: form.number("version", 1, i64::MAX),
        valid_days: form.number("valid_days", 1, 365),
        controlled_days: form.number("controlled_days", 1, 365),
    };
    if form.is_ok() && new.controlled_days > new.valid_days {
        form.refuse("controlled_days", "Controlled medicines hold no longer than all others");
    }
    if !form.is_ok() {
        return Ok(refused(html(RulesPage { page, form, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    if !catalogue::update_setting(work.tx(), &new).await? {
        work.undo();
        let now = catalogue::setting(&app.db).await?;
        let who = audit::last_change(&app.db, "prescribing_setting", 1).await?;
        let stored = [
            ("valid_days", "Days", now.valid_days.to_string()),
            ("controlled_days", "Days for controlled medicines", now.controlled_days.to_string()),
        ];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(RulesPage { page, form, conflict: Some(conflict) })?));
    }
    let entry = Entry::new("prescribing.rules_changed", "prescribing_setting", 1)
        .changed("days", &old.valid_days, &new.valid_days)
        .changed("days for controlled medicines", &old.controlled_days, &new.controlled_days);
    work.audit(entry).await?;
    work.done(paths::prescribing::RULES, "Saved").await
}
