//! Opening hours by weekday (AD6).

use axum::extract::State;
use chrono::NaiveTime;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::wall;
use crate::live::Topic;
use crate::scheduling;
use crate::settings::model::{OpeningHours, WEEKDAYS, hours_in_words};
use crate::settings::store::{self, calendar};
use crate::settings::views::HoursPage;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The fields of a weekday, 1 to 7.
fn names(weekday: i64) -> (String, String) {
    (format!("opens_{weekday}"), format!("closes_{weekday}"))
}

/// The form; a day without times is a day without opening.
pub async fn edit(State(app): State<App>, page: Page) -> Answer {
    let clinic = store::clinic(&app.db).await?;
    let mut form = FormState::new().with("version", clinic.version);
    for day in store::opening_hours(&app.db).await? {
        let (opens, closes) = names(day.weekday);
        form = form.with(&opens, wall(day.opens)).with(&closes, wall(day.closes));
    }
    html(HoursPage { page, form, affected: Vec::new(), conflict: None })
}

/// Saves the week.
pub async fn update(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let hours = read(&mut form);
    let version = form.parse("version", "Open the page again").unwrap_or_default();
    if !form.is_ok() {
        return Ok(refused(html(HoursPage { page, form, affected: Vec::new(), conflict: None })?));
    }
    let open = store::opening_hours(&app.db).await?;
    let before = hours_in_words(&open);
    let closed: Vec<i64> = open
        .iter()
        .map(|day| day.weekday)
        .filter(|weekday| hours.iter().all(|day| day.weekday != *weekday))
        .collect();
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !calendar::replace_hours(work.tx(), &hours, version, at).await? {
        work.undo();
        return overtaken(&app, page, form).await;
    }
    let ended = match scheduling::close_weekdays(&mut work, &closed, &scheduling::decisions(&form)).await? {
        Ok(ended) => ended,
        Err(affected) => {
            work.undo();
            form.renew();
            form.refuse("", "People are booked on a day that closes. Decide for each of them.");
            return Ok(refused(html(HoursPage { page, form, affected, conflict: None })?));
        }
    };
    let entry = Entry::new("opening_hours.changed", "clinic", 1);
    work.audit(entry.changed("opening hours", &before, &hours_in_words(&hours))).await?;
    work.tell(Topic::Settings);
    let words = match ended {
        0 => "The opening hours are saved".to_owned(),
        1 => "The opening hours are saved. 1 row of doctors' hours ended with the day".to_owned(),
        many => format!("The opening hours are saved. {many} rows of doctors' hours ended with the days"),
    };
    work.done(paths::settings::HOURS, &words).await
}

async fn overtaken(app: &App, page: Page, mut form: FormState) -> Answer {
    let clinic = store::clinic(&app.db).await?;
    let who = audit::last_change(&app.db, "clinic", 1).await?;
    let mut conflict = Conflict::of(&mut form, who, &[], clinic.version);
    conflict.now.push(("Opening hours".to_owned(), clinic.hours_words));
    Ok(conflicting(html(HoursPage { page, form, affected: Vec::new(), conflict: Some(conflict) })?))
}

fn read(form: &mut FormState) -> Vec<OpeningHours> {
    let mut hours = Vec::new();
    for (weekday, day) in (1..).zip(WEEKDAYS) {
        let (opens_name, closes_name) = names(weekday);
        let opens = time(form, &opens_name);
        let closes = time(form, &closes_name);
        match (opens, closes) {
            (Some(opens), Some(closes)) if opens < closes => {
                hours.push(OpeningHours { weekday, opens, closes });
            }
            (Some(_), Some(_)) => {
                form.refuse(&closes_name, format!("{day} must close after it opens"));
            }
            (Some(_), None) => form.refuse(&closes_name, format!("Enter when the clinic closes on {day}")),
            (None, Some(_)) => form.refuse(&opens_name, format!("Enter when the clinic opens on {day}")),
            (None, None) => {}
        }
    }
    hours
}

fn time(form: &mut FormState, name: &str) -> Option<NaiveTime> {
    let typed = form.value(name).trim().to_owned();
    if typed.is_empty() {
        return None;
    }
    let time = NaiveTime::parse_from_str(&typed, "%H:%M").ok();
    if time.is_none() {
        form.refuse(name, "Enter a time such as 08:00");
    }
    time
}
