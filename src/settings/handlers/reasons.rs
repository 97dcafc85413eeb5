//! Why people come (visit reasons), and how long it takes.

use axum::extract::State;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::DbError;
use crate::live::Topic;
use crate::scheduling::model::ReasonId;
use crate::settings::store::reasons::{self, Reason};
use crate::settings::views::{ReasonFormPage, ReasonsPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// All reasons.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let reasons = reasons::all(&app.db).await?;
    html(ReasonsPage { page, reasons })
}

/// The form for a new reason.
pub async fn new(page: Page) -> Answer {
    let form = FormState::new()
        .with("minutes", page.clinic.slot_minutes)
        .with("position", 10)
        .with("bookable_online", "yes")
        .with("active", "yes");
    html(ReasonFormPage { page, form, reason: None, conflict: None })
}

/// Adds a reason.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let reason = read(&mut form, ReasonId(0));
    if !form.is_ok() {
        return Ok(refused(html(ReasonFormPage { page, form, reason: None, conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    let id = match reasons::insert(work.tx(), &reason).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(ReasonFormPage { page, form, reason: None, conflict: None })?));
        }
        other => other?,
    };
    let entry = Entry::new("visit_reason.added", "visit_reason", id.0)
        .with("name", reason.name)
        .with("minutes", reason.minutes)
        .with("visits are sealed", reason.seals_visit);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.done(paths::settings::REASONS, "The reason is added").await
}

/// The form of a reason.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<ReasonId>) -> Answer {
    let reason = reasons::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = FormState::new()
        .with("name", &reason.name)
        .with("minutes", reason.minutes)
        .with("question", &reason.question)
        .with("position", reason.position)
        .with("version", reason.version);
    let ticks = [
        ("bookable_online", reason.bookable_online),
        ("seals_visit", reason.seals_visit),
        ("active", reason.active),
    ];
    for (name, on) in ticks {
        if on {
            form = form.with(name, "yes");
        }
    }
    html(ReasonFormPage { page, form, reason: Some(reason), conflict: None })
}

/// Saves a reason; bookings made with it keep it.
pub async fn update(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ReasonId>,
    submission: Submission,
) -> Answer {
    let old = reasons::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let new = read(&mut form, id);
    if !form.is_ok() {
        return Ok(refused(html(ReasonFormPage { page, form, reason: Some(old), conflict: None })?));
    }
    let mut work = submission.begin(&app).await?;
    match reasons::update(work.tx(), &new).await {
        Err(error) if taken(&mut form, &error) => {
            work.undo();
            return Ok(refused(html(ReasonFormPage { page, form, reason: Some(old), conflict: None })?));
        }
        Ok(false) => {
            work.undo();
            return overtaken(&app, page, id, form).await;
        }
        other => other?,
    };
    let entry = Entry::new("visit_reason.changed", "visit_reason", id.0)
        .changed("name", &old.name, &new.name)
        .changed("minutes", &old.minutes, &new.minutes)
        .changed("question", &old.question, &new.question)
        .changed("bookable online", &old.bookable_online, &new.bookable_online)
        .changed("visits are sealed", &old.seals_visit, &new.seals_visit)
        .changed("position", &old.position, &new.position)
        .changed("in use", &old.active, &new.active);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.done(paths::settings::REASONS, "The reason is saved").await
}

async fn overtaken(app: &App, page: Page, id: ReasonId, mut form: FormState) -> Answer {
    let now = reasons::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let who = audit::last_change(&app.db, "visit_reason", id.0).await?;
    let word = |on: bool| if on { "yes" } else { "" }.to_owned();
    let fields = [
        ("name", "Name", now.name.clone()),
        ("minutes", "Minutes", now.minutes.to_string()),
        ("question", "Question", now.question.clone()),
        ("position", "Position in lists", now.position.to_string()),
        ("bookable_online", "Patients can book it", word(now.bookable_online)),
        ("seals_visit", "Its visits are sealed", word(now.seals_visit)),
        ("active", "In use", word(now.active)),
    ];
    let conflict = Conflict::of(&mut form, who, &fields, now.version);
    Ok(conflicting(html(ReasonFormPage { page, form, reason: Some(now), conflict: Some(conflict) })?))
}

fn read(form: &mut FormState, id: ReasonId) -> Reason {
    Reason {
        id,
        name: form.text("name", "Enter what patients choose, for example I feel ill", LINE),
        minutes: form.number("minutes", 5, 240),
        question: form.optional_text("question", LINE),
        bookable_online: form.chosen("bookable_online", "yes"),
        seals_visit: form.chosen("seals_visit", "yes"),
        position: form.number("position", 0, 999),
        active: form.chosen("active", "yes"),
        version: form.optional_parse("version", "Open the page again").unwrap_or_default(),
    }
}

fn taken(form: &mut FormState, error: &DbError) -> bool {
    let is_name = error.violates("visit_reason_name_unique");
    if is_name {
        form.refuse("name", "Another reason has this name. Choose another one");
    }
    is_name
}
