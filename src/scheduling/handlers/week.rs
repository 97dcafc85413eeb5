//! A doctor's week.

use axum::extract::{Query, State};
use chrono::{Datelike, Days, NaiveDate, Timelike};
use serde::Deserialize;

use super::day_of;
use crate::access::model::{AccountId, Permission, Role};
use crate::app::App;
use crate::scheduling::model::{BookingRules, SlotState};
use crate::scheduling::store::slots::{self, SlotRow};
use crate::scheduling::store::{away, doctors};
use crate::scheduling::views::desk::{self as views, Cell, Column, WeekPage};
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Whose week, around which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    doctor: String,
    day: String,
}

/// The week; doctors see their own unless they ask for another.
pub async fn show(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let (day, monday, next) = week_of(&page, &asked.day)?;
    let names = doctors::names(&app.db).await?;
    let actor = page.actor()?;
    let own = actor.roles.has(Role::Doctor).then_some(actor.account);
    let wanted: Option<AccountId> = asked.doctor.parse().ok().or(own).or(names.first().map(|one| one.id));
    let doctor = names.iter().find(|one| Some(one.id) == wanted).cloned();
    if doctor.is_none() && !asked.doctor.is_empty() {
        return Err(Error::NotFound);
    }
    let id = doctor.as_ref().map_or(AccountId(0), |one| one.id);
    let (from, until) = (page.clinic.start_of(monday), page.clinic.start_of(next));
    let rows = slots::between(&app.db, Some(id), from, until).await?;
    let away = away::blocks(&app.db, Some(id), from, until).await?;
    let stamp = |at| page.clinic.stamp(at);
    let away = away
        .iter()
        .map(|one| format!("{} to {}: {}", stamp(one.starts_at), stamp(one.ends_at), one.reason))
        .collect();
    let left = rows.iter().map(|row| left(&page, row)).sum();
    let booked = rows.iter().map(|row| row.taken_public + row.taken_desk).sum();
    html(WeekPage {
        form: FormState::new().with("doctor", id).with("day", day),
        doctors: views::doctors(&names),
        own: own == Some(id),
        columns: columns(&page, monday, &rows),
        booked,
        left,
        earlier: paths::scheduling::week(id, monday - Days::new(7)),
        this: paths::scheduling::week(id, page.today()),
        later: paths::scheduling::week(id, next),
        away,
        may_change: own == Some(id) || page.may(Permission::ManageAvailability),
        doctor,
        page,
    })
}

/// The day that was asked for, the Monday of its week and the Monday after.
fn week_of(page: &Page, asked: &str) -> Result<(NaiveDate, NaiveDate, NaiveDate), Error> {
    let day = if asked.is_empty() { page.today() } else { day_of(asked)? };
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    Ok((day, monday, monday + Days::new(7)))
}

fn is_over(page: &Page, row: &SlotRow) -> bool {
    BookingRules::of(&page.clinic).bookable_until(row.starts_at) <= page.now
}

fn left(page: &Page, row: &SlotRow) -> i64 {
    let open = row.state == SlotState::Open && !is_over(page, row);
    if open { row.capacity - row.taken_public - row.taken_desk } else { 0 }
}

/// Monday to Friday, and the weekend where somebody works then.
fn columns(page: &Page, monday: NaiveDate, rows: &[SlotRow]) -> Vec<Column> {
    let days = monday.iter_days().take(7);
    let mut columns: Vec<Column> = days
        .map(|day| Column { day, today: day == page.today(), morning: Vec::new(), afternoon: Vec::new() })
        .collect();
    for row in rows {
        let local = page.clinic.local(row.starts_at);
        let Some(column) = columns.iter_mut().find(|column| column.day == local.date_naive()) else {
            continue;
        };
        let half = if local.hour() < 12 { &mut column.morning } else { &mut column.afternoon };
        half.push(cell(page, row, column.day));
    }
    columns.retain(|column| {
        column.day.weekday().number_from_monday() <= 5
            || !column.morning.is_empty()
            || !column.afternoon.is_empty()
    });
    columns
}

fn cell(page: &Page, row: &SlotRow, day: NaiveDate) -> Cell {
    let taken = row.taken_public + row.taken_desk;
    let (words, level) = match (row.state, left(page, row)) {
        (SlotState::Blocked, _) if taken > 0 => (format!("Blocked, {taken} booked"), "blocked"),
        (SlotState::Blocked, _) => ("Blocked".to_owned(), "blocked"),
        _ if row.state == SlotState::Closed || is_over(page, row) => (format!("{taken} booked"), "past"),
        (_, 0) => ("Full".to_owned(), "full"),
        (_, 1) => ("1 place left".to_owned(), "free"),
        (_, left) => (format!("{left} places left"), "free"),
    };
    let href = format!("{}?day={day}&doctor={}", paths::scheduling::APPOINTMENTS, row.doctor_id);
    Cell { clock: page.clinic.clock(row.starts_at), words, level, href }
}
