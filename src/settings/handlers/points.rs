//! Service points (AD7).

use axum::extract::State;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::live::Topic;
use crate::queue::model::{PointId, PointKind};
use crate::settings::store::points::{self, Point};
use crate::settings::views::{PointFormPage, PointsPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// All points with their rooms.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let points = points::points(&app.db, false).await?;
    let rooms = points::rooms(&app.db, false).await?;
    html(PointsPage { page, points, rooms })
}

/// The form for a new point.
pub async fn new(page: Page) -> Answer {
    let form = FormState::new().with("active", "yes").with("position", 10);
    html(PointFormPage { page, form, point: None, conflict: None })
}

/// Adds a point.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let point = read(&mut form, PointId(0));
    if !form.is_ok() {
        return Ok(refused(html(PointFormPage { page, form, point: None, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    let id = match points::insert_point(work.tx(), &point).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(PointFormPage { page, form, point: None, conflict: None })?));
        }
        other => other?,
    };
    let entry = Entry::new("service_point.added", "service_point", id.0)
        .with("name", point.name)
        .with("public_name", point.public_name);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.tell(Topic::Point(id.0));
    work.done(paths::settings::POINTS, "The service point is added. Add its rooms next").await
}

/// The form of a point.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<PointId>) -> Answer {
    let point = points::point(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = FormState::new()
        .with("name", &point.name)
        .with("public_name", &point.public_name)
        .with("kind", point.kind.as_str())
        .with("position", point.position)
        .with("version", point.version);
    if point.active {
        form = form.with("active", "yes");
    }
    html(PointFormPage { page, form, point: Some(point), conflict: None })
}

/// Saves a point; out of use it leaves all lists, and its past stays.
pub async fn update(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PointId>,
    submission: Submission,
) -> Answer {
    let old = points::point(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let new = read(&mut form, id);
    if !form.is_ok() {
        return Ok(refused(html(PointFormPage { page, form, point: Some(old), conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    match points::update_point(work.tx(), &new).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(PointFormPage { page, form, point: Some(old), conflict: None })?));
        }
        Err(error) if error.violates("service_point_people") => {
            work.undo();
            let people = match points::people_at_point(&app.db, id).await? {
                1 => "1 person is".to_owned(),
                people => format!("{people} people are"),
            };
            let field = if new.active { "kind" } else { "active" };
            form.refuse(field, format!(
                "{people} at {} now. Call them, pass them on to another point or mark that they left, then save again",
                old.name
            ));
            form.renew();
            return Ok(refused(html(PointFormPage { page, form, point: Some(old), conflict: None })?));
        }
        Ok(false) => {
            work.undo();
            return overtaken(&app, page, id, form).await;
        }
        other => other?,
    };
    let entry = Entry::new("service_point.changed", "service_point", id.0)
        .changed("name", &old.name, &new.name)
        .changed("name on screens", &old.public_name, &new.public_name)
        .changed("kind", &old.kind, &new.kind)
        .changed("position", &old.position, &new.position)
        .changed("in use", &old.active, &new.active);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.tell(Topic::Point(id.0));
    work.tell(Topic::Displays);
    work.done(paths::settings::POINTS, "The service point is saved").await
}

async fn overtaken(app: &App, page: Page, id: PointId, mut form: FormState) -> Answer {
    let now = points::point(&app.db, id).await?.ok_or(Error::NotFound)?;
    let who = audit::last_change(&app.db, "service_point", id.0).await?;
    let fields = [
        ("name", "Name", now.name.clone()),
        ("public_name", "Name on screens", now.public_name.clone()),
        ("kind", "Kind", now.kind.as_str().to_owned()),
        ("position", "Position in lists", now.position.to_string()),
        ("active", "In use", if now.active { "yes" } else { "" }.to_owned()),
    ];
    let conflict = Conflict::of(&mut form, who, &fields, now.version);
    Ok(conflicting(html(PointFormPage { page, form, point: Some(now), conflict: Some(conflict) })?))
}

fn read(form: &mut FormState, id: PointId) -> Point {
    Point {
        id,
        name: form.text("name", "Enter a name, for example Consulting rooms", LINE),
        public_name: form.text("public_name", "Enter what screens show. Do not name an illness", LINE),
        kind: form.parse("kind", "Choose what the point does").unwrap_or(PointKind::Reception),
        position: form.number("position", 0, 999),
        active: form.chosen("active", "yes"),
        version: form.optional_parse("version", "Open the page again").unwrap_or_default(),
    }
}

fn taken(form: &mut FormState, error: &DbError) -> bool {
    let is_name = error.violates("service_point_name_unique");
    if is_name {
        form.refuse("name", "Another service point has this name. Choose another one");
    }
    is_name
}
