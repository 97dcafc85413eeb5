//! The clinic's name, zone and numbers (AD6).

use axum::extract::State;
use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::live::Topic;
use crate::numbers::grouped;
use crate::patients;
use crate::patients::model::{MatricNumber, Phone};
use crate::scheduling;
use crate::settings::model::Clinic;
use crate::settings::rules::LIMITS;
use crate::settings::store;
use crate::settings::views::ClinicPage;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::{LINE, TEXT};
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The texts of the form: name, label, value.
fn texts(clinic: &Clinic) -> [(&'static str, &'static str, &String); 6] {
    [
        ("name", "Name", &clinic.name),
        ("address", "Address", &clinic.address),
        ("phone", "Phone number", &clinic.phone),
        ("time_zone", "Time zone", &clinic.time_zone),
        ("notice", "Notice", &clinic.notice),
        ("matric_pattern", "Pattern of matric numbers", &clinic.matric_pattern),
    ]
}

/// The form.
pub async fn edit(State(app): State<App>, page: Page) -> Answer {
    let clinic = store::clinic(&app.db).await?;
    let mut form = FormState::new().with("version", clinic.version);
    for (name, _, value) in texts(&clinic) {
        form = form.with(name, value);
    }
    for limit in LIMITS.iter().flat_map(|(_, limits)| *limits) {
        form = form.with(limit.name, limit.of(&clinic));
    }
    html(ClinicPage::of(page, form))
}

/// Saves the settings; every node knows them within a second.
pub async fn update(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = store::clinic(&app.db).await?;
    let mut form = submission.form.clone();
    let new = read(&mut form, &old);
    if !form.is_ok() {
        return Ok(refused(html(ClinicPage::of(page, form))?));
    }
    if old.time_zone != new.time_zone
        && !form.chosen("zone", "yes")
        && let Some(sentence) = moved(&app, &page, &old, &new).await?
    {
        form.refuse("time_zone", sentence);
        return Ok(refused(html(ClinicPage { asks_zone: true, ..ClinicPage::of(page, form) })?));
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !store::update(work.tx(), &new, at).await? {
        work.undo();
        return overtaken(&app, page, form).await;
    }
    let mut entry = Entry::new("settings.changed", "clinic", 1);
    for ((name, _, before), (_, _, after)) in texts(&old).into_iter().zip(texts(&new)) {
        entry = entry.changed(name, before, after);
    }
    for limit in LIMITS.iter().flat_map(|(_, limits)| *limits) {
        entry = entry.changed(limit.name, &limit.of(&old), &limit.of(&new));
    }
    let mut words = "The settings are saved".to_owned();
    if counts_otherwise(&old, &new) {
        let (opened, paused) = scheduling::pause_all_anew(&mut work, &new).await?;
        entry = entry.with("online_booking_opened", opened).with("online_booking_paused", paused);
        words.push_str(&pauses(opened, paused));
    }
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    if old.matric_pattern != new.matric_pattern {
        let misfits = patients::misfits(work.tx(), &new.matric_pattern).await?;
        words.push_str(&match misfits {
            0 => ". Every present student's matric number fits the pattern".to_owned(),
            1 => ". 1 present student's matric number does not fit the pattern: it stays as it is".to_owned(),
            many => format!(". The matric numbers of {many} present students do not fit the pattern: they stay as they are"),
        });
    }
    work.done(paths::settings::SETTINGS, &words).await
}

/// Whether appointments that were missed have another consequence now (rule N4).
fn counts_otherwise(old: &Clinic, new: &Clinic) -> bool {
    let numbers = |clinic: &Clinic| {
        let Clinic { no_show_limit, no_show_window_months, no_show_block_days, late_cancel_halves, .. } =
            *clinic;
        [no_show_limit, no_show_window_months, no_show_block_days, late_cancel_halves]
    };
    numbers(old) != numbers(new)
}

fn pauses(opened: usize, paused: usize) -> String {
    let people = |count: usize| match count {
        1 => "1 patient".to_owned(),
        many => format!("{many} patients"),
    };
    let mut words = String::new();
    if opened > 0 {
        words.push_str(&format!(". Online booking is open again for {}", people(opened)));
    }
    if paused > 0 {
        words.push_str(&format!(". Online booking is paused for {}", people(paused)));
    }
    words
}

/// What another time zone does to the hours that are given out; nothing where none are.
async fn moved(app: &App, page: &Page, old: &Clinic, new: &Clinic) -> Result<Option<String>, Error> {
    let (slots, booked) = scheduling::to_come(&app.db, page.now).await?;
    // Two zones may agree today and part in spring; slots are made for half a year at most.
    let mut months = (0..=6).map(|month| page.now + TimeDelta::days(30 * month));
    let apart = months.find(|at| old.clock(at) != new.clock(at)).filter(|_| slots > 0);
    Ok(apart.map(|at| {
        let (before, after) = (old.clock(at), new.clock(at));
        let (slots, booked) = (grouped(slots), grouped(booked));
        format!("Slots to come: {slots}, bookings: {booked}. They keep their moment, so their hours change as {before} becomes {after}. Say below whether that is meant")
    }))
}

async fn overtaken(app: &App, page: Page, mut form: FormState) -> Answer {
    let now = store::clinic(&app.db).await?;
    let who = audit::last_change(&app.db, "clinic", 1).await?;
    let mut fields: Vec<(&str, &str, String)> =
        texts(&now).into_iter().map(|(name, label, value)| (name, label, value.clone())).collect();
    for limit in LIMITS.iter().flat_map(|(_, limits)| *limits) {
        fields.push((limit.name, limit.label, limit.of(&now).to_string()));
    }
    let conflict = Conflict::of(&mut form, who, &fields, now.version);
    Ok(conflicting(html(ClinicPage { conflict: Some(conflict), ..ClinicPage::of(page, form) })?))
}

fn read(form: &mut FormState, old: &Clinic) -> Clinic {
    let mut clinic = old.clone();
    clinic.version = form.parse("version", "Open the page again").unwrap_or_default();
    clinic.name = form.text("name", "Enter the clinic's name", LINE);
    clinic.address = form.optional_text("address", 400);
    clinic.phone = form.optional_text("phone", 40);
    // It stands on every page as a link that a phone dials: extensions and words go into the address.
    if let Err(error) = Phone::parse(&clinic.phone)
        && clinic.phone != old.phone
    {
        form.refuse("phone", error.to_string());
    }
    clinic.notice = form.optional_text("notice", TEXT);
    clinic.time_zone = form.text("time_zone", "Enter a time zone, for example Africa/Lagos", 60);
    if clinic.time_zone.parse::<Tz>().is_err() {
        form.refuse("time_zone", "Enter a time zone by its name, for example Africa/Lagos");
    }
    clinic.matric_pattern = form.text("matric_pattern", "Enter a pattern, for example 99/99AA999", 40);
    clinic.matric_pattern = MatricNumber::normal(&clinic.matric_pattern);
    if !clinic.matric_pattern.is_empty() && !MatricNumber::is_pattern(&clinic.matric_pattern) {
        form.refuse(
            "matric_pattern",
            "Enter 9 for each digit and A for each letter of a number, for example 99/99AA999",
        );
    }
    for limit in LIMITS.iter().flat_map(|(_, limits)| *limits) {
        let value = form.number(limit.name, limit.lowest, limit.highest);
        limit.put(&mut clinic, value);
    }
    if clinic.very_long_wait_minutes <= clinic.long_wait_minutes {
        form.refuse("very_long_wait_minutes", "Enter more minutes than for a long wait");
    }
    clinic
}
