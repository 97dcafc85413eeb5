//! Rooms of the service points (AD7).

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::live::Topic;
use crate::queue::model::{PointId, RoomId};
use crate::scheduling;
use crate::settings::store::points::{self, Point, Room};
use crate::settings::views::RoomFormPage;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// At which point the new room is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct At {
    point: String,
}

/// The form for a new room.
pub async fn new(State(app): State<App>, page: Page, Query(at): Query<At>) -> Answer {
    let form = FormState::new().with("point_id", &at.point).with("active", "yes");
    let points = points::points(&app.db, true).await?;
    html(RoomFormPage { page, form, points, room: None, conflict: None })
}

/// Adds a room.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let points = points::points(&app.db, false).await?;
    let room = read(&mut form, RoomId(0), &points);
    if !form.is_ok() {
        return Ok(refused(html(RoomFormPage { page, form, points, room: None, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    let id = match points::insert_room(work.tx(), &room).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(RoomFormPage { page, form, points, room: None, conflict: None })?));
        }
        other => other?,
    };
    let entry = Entry::new("room.added", "room", id.0).with("name", room.name).with("point", room.point_id.0);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.tell(Topic::Point(room.point_id.0));
    work.done(paths::settings::POINTS, "The room is added").await
}

/// The form of a room.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<RoomId>) -> Answer {
    let room = points::room(&app.db, id).await?.ok_or(Error::NotFound)?;
    let points = points::points(&app.db, false).await?;
    let mut form = FormState::new()
        .with("point_id", room.point_id)
        .with("name", &room.name)
        .with("version", room.version);
    if room.active {
        form = form.with("active", "yes");
    }
    html(RoomFormPage { page, form, points, room: Some(room), conflict: None })
}

/// Saves a room.
pub async fn update(
    State(app): State<App>,
    page: Page,
    Id(id): Id<RoomId>,
    submission: Submission,
) -> Answer {
    let old = points::room(&app.db, id).await?.ok_or(Error::NotFound)?;
    let points = points::points(&app.db, false).await?;
    let mut form = submission.form.clone();
    let new = read(&mut form, id, &points);
    if !form.is_ok() {
        return Ok(refused(html(RoomFormPage { page, form, points, room: Some(old), conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    match points::update_room(work.tx(), &new).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(RoomFormPage { page, form, points, room: Some(old), conflict: None })?));
        }
        Err(error) if error.violates("room_people") => {
            work.undo();
            let people = match points::people_in_room(&app.db, id).await? {
                1 => "1 person was".to_owned(),
                people => format!("{people} people were"),
            };
            let field = if new.active { "point_id" } else { "active" };
            form.refuse(field, format!(
                "{people} called to {} and not finished yet. Finish them or return them to waiting, then save again",
                old.name
            ));
            form.renew();
            return Ok(refused(html(RoomFormPage { page, form, points, room: Some(old), conflict: None })?));
        }
        Ok(false) => {
            work.undo();
            return overtaken(&app, page, id, form).await;
        }
        other => other?,
    };
    let entry = Entry::new("room.changed", "room", id.0)
        .changed("name", &old.name, &new.name)
        .changed("service point", &old.point_id, &new.point_id)
        .changed("in use", &old.active, &new.active);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.tell(Topic::Point(old.point_id.0));
    work.tell(Topic::Point(new.point_id.0));
    work.tell(Topic::Displays);
    let mut words = "The room is saved".to_owned();
    if old.active && !new.active {
        words.push_str(&still_in(&mut work, id).await?);
    }
    work.done(paths::settings::POINTS, &words).await
}

/// What still lies in a room that is no longer used, in words: the doctors' hours lead both elsewhere.
async fn still_in(work: &mut Work, id: RoomId) -> Result<String, DbError> {
    let (today, now) = (work.today(), work.now());
    let (hours, booked) = scheduling::in_room(work.tx(), id, today, now).await?;
    let hours_words = match hours {
        0 => None,
        1 => Some("1 row of weekly hours".to_owned()),
        many => Some(format!("{many} rows of weekly hours")),
    };
    let booked_words = match booked {
        0 => None,
        1 => Some("1 booking".to_owned()),
        many => Some(format!("{many} bookings")),
    };
    let both: Vec<String> = hours_words.into_iter().chain(booked_words).collect();
    let verb = if hours + booked == 1 { "is" } else { "are" };
    if both.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        ". {} {verb} still in it. Choose another room under \"Doctors' hours\": the bookings follow",
        both.join(" and ")
    ))
}

async fn overtaken(app: &App, page: Page, id: RoomId, mut form: FormState) -> Answer {
    let now = points::room(&app.db, id).await?.ok_or(Error::NotFound)?;
    let points = points::points(&app.db, false).await?;
    let who = audit::last_change(&app.db, "room", id.0).await?;
    let fields = [
        ("name", "Name", now.name.clone()),
        ("active", "In use", if now.active { "yes" } else { "" }.to_owned()),
    ];
    let mut conflict = Conflict::of(&mut form, who, &fields, now.version);
    let at = points.iter().find(|point| point.id == now.point_id);
    if let Some(point) = at.filter(|point| !form.chosen("point_id", point.id)) {
        conflict.now.push(("Service point".to_owned(), point.name.clone()));
    }
    Ok(conflicting(html(RoomFormPage { page, form, points, room: Some(now), conflict: Some(conflict) })?))
}

fn read(form: &mut FormState, id: RoomId, points: &[Point]) -> Room {
    let point_id = form.parse("point_id", "Choose a service point").unwrap_or(PointId(0));
    if !points.iter().any(|point| point.id == point_id) {
        form.refuse("point_id", "Choose a service point");
    }
    Room {
        id,
        point_id,
        name: form.text("name", "Enter what screens show, for example Room 2", 60),
        active: form.chosen("active", "yes"),
        version: form.optional_parse("version", "Open the page again").unwrap_or_default(),
    }
}

fn taken(form: &mut FormState, error: &DbError) -> bool {
    let is_name = error.violates("room_name_unique");
    if is_name {
        form.refuse("name", "Another room has this name. Choose another one");
    }
    is_name
}
