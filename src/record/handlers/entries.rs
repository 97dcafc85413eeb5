//! Recording an entry of the history: a condition, what was, a fact of the blood, an alert.

use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::allergies::{NOTE, read_since};
use super::{Door, door, opened};
use crate::app::App;
use crate::audit;
use crate::patients::model::{BLOOD_GROUPS, GENOTYPES, PatientId};
use crate::record::model::{AFTER_DUE, AlertKind, EntryKind, EntryState, PREGNANT_DAYS, Source};
use crate::record::store::{self, NewEntry};
use crate::record::views::EntryPage;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// What is to be recorded.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
}

/// The form. What was told at registration stands in it already, as told.
pub async fn new(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let kind = asked.kind.parse().unwrap_or(EntryKind::Condition);
    let door = door(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(id)));
    }
    let summary = &door.banner.summary;
    if let Some(there) = summary.one(kind).filter(|_| kind.is_single() && kind != EntryKind::Pregnancy) {
        return Ok(see_other(&paths::record::entry(there.id)));
    }
    let who = &summary.who;
    let found = match kind {
        EntryKind::BloodGroup => who.lab_blood_group.as_str(),
        EntryKind::Genotype => &who.lab_genotype,
        EntryKind::Condition
        | EntryKind::Surgery
        | EntryKind::Family
        | EntryKind::Social
        | EntryKind::Pregnancy
        | EntryKind::Alert => "",
    };
    let told = match kind {
        EntryKind::BloodGroup | EntryKind::Genotype if !found.is_empty() => found,
        EntryKind::BloodGroup => who.blood_group.as_str(),
        EntryKind::Genotype => &who.genotype,
        EntryKind::Condition if summary.one(kind).is_none() => &who.conditions_told,
        EntryKind::Condition
        | EntryKind::Surgery
        | EntryKind::Family
        | EntryKind::Social
        | EntryKind::Pregnancy
        | EntryKind::Alert => "",
    };
    let told: String = told.chars().take(LINE).collect();
    let source = match (told.is_empty(), found.is_empty()) {
        (true, _) => "",
        (false, true) => Source::Told.as_str(),
        (false, false) => Source::Tested.as_str(),
    };
    let form = FormState::new().with("kind", kind.as_str()).with("words", told).with("source", source);
    opened(&app, &page, &door, "health form").await?;
    html(EntryPage { page, banner: door.banner, form, kind, changed: None, conflict: None, closed: false })
}

/// Reads the fields of an entry of this kind.
pub fn read(form: &mut FormState, kind: EntryKind, today: NaiveDate) -> NewEntry {
    let mut new = NewEntry {
        replaces: None,
        kind,
        code: String::new(),
        words: String::new(),
        since: read_since(form, today),
        until_on: None,
        note: form.optional_text("note", NOTE),
        source: String::new(),
        shared: kind.is_sharable() && form.chosen("shared", "yes"),
        everyone: kind == EntryKind::Alert && form.chosen("everyone", "yes"),
        state: EntryState::Active,
        reason: String::new(),
    };
    match kind {
        EntryKind::BloodGroup => new.words = listed(form, &BLOOD_GROUPS),
        EntryKind::Genotype => new.words = listed(form, &GENOTYPES),
        EntryKind::Pregnancy => {
            new.words = form.optional_text("words", LINE);
            new.until_on =
                form.optional_parse::<NaiveDate>("until_on", "Enter the day the child is due, or nothing");
            // A day that cannot be true would call her pregnant for years, or not at all.
            let true_days = today - AFTER_DUE..=today + Days::new(PREGNANT_DAYS);
            if new.until_on.is_some_and(|due| !true_days.contains(&due)) {
                form.refuse("until_on", "No child is due on that day. Enter the day it is due, or nothing");
            }
            if new.words.is_empty() {
                new.words = "Pregnant".to_owned();
            }
        }
        EntryKind::Alert => read_alert(form, &mut new),
        EntryKind::Condition => {
            new.words = form.text("words", "Enter the condition", LINE);
            new.code = form.optional_text("code", 20).to_uppercase();
        }
        EntryKind::Surgery | EntryKind::Family | EntryKind::Social => {
            new.words = form.text("words", "Enter it in a few words", LINE);
        }
    }
    if kind.is_fact() {
        let source = form.parse::<Source>("source", "Choose whether it was told or tested");
        new.source = source.map(|source| source.as_str().to_owned()).unwrap_or_default();
    }
    new
}

fn read_alert(form: &mut FormState, new: &mut NewEntry) {
    let words = form.optional_text("words", LINE);
    let Some(alert) = form.parse::<AlertKind>("code", "Choose what kind of alert it is") else { return };
    if alert == AlertKind::Other && words.is_empty() {
        form.refuse("words", "Say in words what the alert is");
    }
    new.code = alert.as_str().to_owned();
    new.words = if words.is_empty() { alert.label().to_owned() } else { words };
}

fn listed(form: &mut FormState, list: &[&str]) -> String {
    let value = form.value("words").to_owned();
    if !list.contains(&value.as_str()) {
        form.refuse("words", "Choose one of the list");
    }
    value
}

/// Records it.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    let door = door(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let kind = form.parse::<EntryKind>("kind", "Choose what it is about").unwrap_or(EntryKind::Surgery);
    let new = read(&mut form, kind, page.today());
    if !door.lets(&mut form) || !form.is_ok() {
        return again(page, door, form, kind);
    }
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_entry(work.tx(), id, &new, (&doer, at)).await {
        Ok(entry) => {
            work.audit(audit::Entry::new("health.recorded", "health_entry", entry.0).of_patient(id.0))
                .await?;
            work.done(paths::record::health(id), &format!("{} recorded", kind.label())).await
        }
        Err(error) if error.violates("health_entry_twice") => {
            work.undo();
            form.refuse(if kind == EntryKind::Alert { "code" } else { "words" }, TWICE);
            form.renew();
            again(page, door, form, kind)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said when the same holds already.
pub const TWICE: &str = "This is recorded already. Change it where it stands";

fn again(page: Page, door: Door, form: FormState, kind: EntryKind) -> Answer {
    let closed = door.closed();
    let page = EntryPage { page, banner: door.banner, form, kind, changed: None, conflict: None, closed };
    Ok(refused(html(page)?))
}
