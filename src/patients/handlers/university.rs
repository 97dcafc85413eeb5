//! Faculties, departments, levels, sessions (AD3).

use axum::extract::State;

use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::patients::campus::Campus;
use crate::patients::store::university::{self, Place, PlaceKind};
use crate::patients::views::UniversityPage;
use crate::web::form::LINE;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// All of it on one page.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let campus = Campus::read(&app.db).await?;
    html(UniversityPage { page, form: FormState::new(), campus })
}

async fn again(app: &App, page: Page, form: FormState) -> Answer {
    let campus = Campus::read(&app.db).await?;
    Ok(refused(html(UniversityPage { page, form, campus })?))
}

const TAKEN: &str = "There is one of this name already";

fn is_taken(error: &DbError) -> bool {
    ["faculty_name", "department_faculty_id_name", "study_level_name", "academic_session_name"]
        .iter()
        .any(|name| error.violates(&format!("{name}_unique")))
}

/// Adds one.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let what = form.parse::<PlaceKind>("what", "Choose what to add");
    let name = form.text("name", "Enter the name", LINE);
    let parent: Option<i64> = match what {
        Some(PlaceKind::Department) => form.parse("faculty", "Choose the faculty of the department"),
        Some(PlaceKind::Level) => Some(form.number("position", 0, 10_000)),
        Some(PlaceKind::Faculty | PlaceKind::Session) | None => None,
    };
    let Some(what) = what.filter(|_| form.is_ok()) else { return again(&app, page, form).await };
    let mut work = submission.begin(&app).await?;
    match university::insert(work.tx(), what, parent, &name).await {
        Ok(id) => {
            work.audit(Entry::new("university.added", what.as_str(), id).with("name", name.as_str())).await?;
            work.done(paths::patients::UNIVERSITY, &format!("{name} is added")).await
        }
        Err(error) => {
            work.undo();
            if error.violates("foreign_key") {
                form.refuse("faculty", "Choose the faculty of the department");
            } else if is_taken(&error) {
                form.refuse("name", TAKEN);
            } else {
                return Err(error.into());
            }
            again(&app, page, form).await
        }
    }
}

/// Renames one, takes it out of use or back, or makes a session the current one.
pub async fn change(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let what: Option<PlaceKind> = form.parse("what", "Open the page again");
    let (id, version) = (form.number("id", 1, i64::MAX), form.number("version", 1, i64::MAX));
    let name = form.text("name", "Enter the name", LINE);
    let Some(what) = what.filter(|_| form.is_ok()) else { return again(&app, page, form).await };
    let mut work = submission.begin(&app).await?;
    let campus = Campus::read(work.tx()).await?;
    let old = campus.of(what).find(|place| place.id == id).cloned().ok_or(Error::NotFound)?;
    let saved = apply(&mut work, &old, version, form.value("do"), &name).await;
    match saved {
        Ok(true) => {
            let entry = Entry::new("university.changed", what.as_str(), id)
                .with("do", form.value("do"))
                .changed("name", &old.name, if form.value("do") == "save" { &name } else { &old.name });
            work.audit(entry).await?;
            work.done(paths::patients::UNIVERSITY, "Saved").await
        }
        Ok(false) => {
            work.undo();
            Err(Error::Conflict(
                "Somebody else changed this meanwhile. Open the page again to see how it stands.".into(),
            ))
        }
        Err(error) if is_taken(&error) => {
            work.undo();
            let mut shown = FormState::new();
            shown.refuse("", format!("{name}: {}", TAKEN.to_lowercase()));
            again(&app, page, shown).await
        }
        Err(error) if error.violates("academic_session_current") => {
            work.undo();
            let mut shown = FormState::new();
            let words = "is the current session. Make another one current first, then take it out of use";
            shown.refuse("", format!("{} {words}", old.name));
            again(&app, page, shown).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Does to a place what its button says; false when somebody else was first.
async fn apply(
    work: &mut Work,
    old: &Place,
    version: i64,
    action: &str,
    name: &str,
) -> Result<bool, DbError> {
    let seen = Place { version, ..old.clone() };
    match action {
        "current" if old.what == PlaceKind::Session && old.version == version => {
            university::make_current(work.tx(), old.id).await
        }
        "current" => Ok(false),
        "on" => university::update(work.tx(), &seen, &old.name, true).await,
        "off" => university::update(work.tx(), &seen, &old.name, false).await,
        _ => university::update(work.tx(), &seen, name, old.active).await,
    }
}
