//! Health records of students (LA2).

use axum::extract::{Query, State};
use chrono::DateTime;
use serde::Deserialize;

use crate::app::App;
use crate::laboratory::model::{HealthFacts, height_mm, weight_g};
use crate::laboratory::store::health::{self, Narrow, Record};
use crate::laboratory::verbs;
use crate::laboratory::views::health::{HealthRecordPage, HealthRecordsPage};
use crate::patients::model::{BLOOD_GROUPS, GENOTYPES};
use crate::patients::{self, PatientId};
use crate::record;
use crate::web::conflict::{Conflict, conflicting, sentence};
use crate::web::form::TEXT;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Records of one page.
const PAGE: i64 = 50;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    blood_group: String,
    genotype: String,
    unmeasured: String,
    after: Option<i64>,
    after_id: Option<i64>,
}

/// The list with its filters; a name or number finds whom to make a record for. Whoever stands on it reads that they were
/// listed (rule A5), and nobody finds the own record or a relative's there (rule A7).
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let listed = |word: &str, list: &[&str]| {
        if list.contains(&word) { word.to_owned() } else { String::new() }
    };
    let after = asked.after.and_then(DateTime::from_timestamp_micros).zip(asked.after_id);
    let narrow = Narrow {
        blood_group: listed(&asked.blood_group, &BLOOD_GROUPS),
        genotype: listed(&asked.genotype, &GENOTYPES),
        unmeasured: asked.unmeasured == "yes",
        after,
    };
    let mut records = health::list(&app.db, &narrow, PAGE + 1).await?;
    let more = records.len() as i64 > PAGE;
    records.truncate(PAGE as usize);
    let last = records.last().filter(|_| more).and_then(|last| Some((last.updated_at?, last.patient_id)));
    let more = last.map(|(at, id)| {
        format!(
            "{}?blood_group={}&genotype={}&unmeasured={}&after={}&after_id={id}",
            paths::laboratory::HEALTH_RECORDS,
            paths::encoded(&narrow.blood_group),
            narrow.genotype,
            if narrow.unmeasured { "yes" } else { "" },
            at.timestamp_micros()
        )
    });
    let actor = page.actor()?;
    if actor.has_own {
        let own = patients::own_ids(&app.db, actor.account).await?;
        records.retain(|record| !own.contains(&record.patient_id));
    }
    let told = records.iter().map(|record| record.patient_id).collect();
    record::read_list(&app, &page, "health_record.listed", told).await?;
    let q: String = asked.q.chars().take(120).collect();
    let people =
        if q.trim().is_empty() { Vec::new() } else { patients::search_brief(&app.db, &q, 20).await? };
    let form = FormState::new()
        .with("q", &q)
        .with("blood_group", &narrow.blood_group)
        .with("genotype", &narrow.genotype)
        .with("unmeasured", if narrow.unmeasured { "yes" } else { "" });
    html(HealthRecordsPage { page, form, records, people, more })
}

fn fill(record: &Record) -> FormState {
    let bare = |words: String| words.split(' ').next().unwrap_or_default().to_owned();
    FormState::new()
        .with("version", record.version.unwrap_or(0))
        .with("blood_group", &record.facts.blood_group)
        .with("genotype", &record.facts.genotype)
        .with("height", bare(record.facts.height()))
        .with("weight", bare(record.facts.weight()))
        .with("notes", &record.facts.notes)
}

/// The record of one patient as a form, with its versions.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<PatientId>) -> Answer {
    record::not_own(&app, &page, id).await?;
    let record = health::of(&app.db, id).await?.ok_or(Error::NotFound)?;
    let versions = health::versions(&app.db, id).await?;
    record::read_apart(&app, &page, ("health_record.opened", "patient", id.0), id).await?;
    let form = fill(&record);
    html(HealthRecordPage { page, form, record, versions, conflict: None })
}

fn measure(
    form: &mut FormState,
    name: &str,
    read: fn(&str) -> Result<i64, crate::laboratory::model::HealthFault>,
) -> Option<i64> {
    let typed = form.value(name).trim().to_owned();
    if typed.is_empty() {
        return None;
    }
    match read(&typed) {
        Ok(value) => Some(value),
        Err(fault) => {
            form.refuse(name, fault.to_string());
            None
        }
    }
}

fn listed(form: &mut FormState, name: &str, list: &[&str]) -> String {
    let value = form.value(name).to_owned();
    if value.is_empty() || list.contains(&value.as_str()) {
        return value;
    }
    form.refuse(name, "Choose one of the list");
    String::new()
}

fn read(form: &mut FormState) -> HealthFacts {
    let facts = HealthFacts {
        blood_group: listed(form, "blood_group", &BLOOD_GROUPS),
        genotype: listed(form, "genotype", &GENOTYPES),
        height_mm: measure(form, "height", height_mm),
        weight_g: measure(form, "weight", weight_g),
        notes: form.optional_text("notes", TEXT / 2),
    };
    if form.is_ok() && facts.is_empty() {
        form.refuse("", "Enter at least one fact");
    }
    facts
}

/// Saves the record, unless somebody else was first.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PatientId>,
    submission: Submission,
) -> Answer {
    record::not_own(&app, &page, id).await?;
    let record = health::of(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let version = form.number("version", 0, i64::MAX);
    let facts = read(&mut form);
    if !form.is_ok() {
        let versions = health::versions(&app.db, id).await?;
        return Ok(refused(html(HealthRecordPage { page, form, record, versions, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    match verbs::health::save(&mut work, id, &facts, version).await {
        Ok(true) => work.done(paths::laboratory::health_record(id), "Health record saved").await,
        Ok(false) => {
            work.undo();
            let now = health::of(&app.db, id).await?.ok_or(Error::NotFound)?;
            let versions = health::versions(&app.db, id).await?;
            let who = now.editor.clone().zip(now.updated_at);
            let stored = fill(&now);
            let labels = [
                ("blood_group", "Blood group"),
                ("genotype", "Genotype"),
                ("height", "Height"),
                ("weight", "Weight"),
                ("notes", "Notes"),
            ];
            let fields = labels.map(|(name, label)| (name, label, stored.value(name).to_owned()));
            let conflict = Conflict::of(&mut form, who, &fields, now.version.unwrap_or(0));
            Ok(conflicting(html(HealthRecordPage {
                page,
                form,
                record: now,
                versions,
                conflict: Some(conflict),
            })?))
        }
        Err(why) => Err(Error::Conflict(sentence(why)?)),
    }
}
