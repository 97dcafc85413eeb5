//! Templates of notes (CO11): one's own are written here, the clinic's are there to use.

use axum::extract::State;

use crate::app::App;
use crate::audit::Entry;
use crate::consultation::model::{LONGEST, Part, Parts, TemplateId};
use crate::consultation::store::templates::{self, Template};
use crate::consultation::views::{TemplatePage, TemplatesPage};
use crate::db::DbError;
use crate::web::conflict::conflicting;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Longest name.
const NAME: usize = 60;

/// Everything that this person can use.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let templates = templates::for_account(&app.db, page.actor()?.account).await?;
    html(TemplatesPage { page, templates })
}

/// An empty form.
pub async fn new(page: Page) -> Answer {
    html(TemplatePage { page, form: FormState::new(), id: None })
}

fn read(form: &mut FormState) -> (String, Parts) {
    let name = form.text("name", "Enter a name for the template", NAME);
    let mut parts = Parts::default();
    for part in Part::ALL {
        *parts.get_mut(*part) = form.optional_text(part.as_str(), LONGEST);
    }
    if parts.is_empty() {
        form.refuse(Part::Complaint.as_str(), "Write at least one part of the template");
    }
    (name, parts)
}

/// Whether the name is taken; said at the field.
fn taken(form: &mut FormState, error: DbError) -> Result<(), Error> {
    if !error.violates("note_template_owner_id_name_unique") {
        return Err(error.into());
    }
    form.refuse("name", "You have a template of this name. Choose another name");
    Ok(())
}

/// Keeps a new one.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let (name, parts) = read(&mut form);
    if !form.is_ok() {
        return Ok(refused(html(TemplatePage { page, form, id: None })?));
    }
    let me = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    match templates::insert(work.tx(), me, (&name, &parts), at).await {
        Ok(id) => {
            work.audit(Entry::new("note_template.created", "note_template", id.0)).await?;
            work.done(paths::consultation::TEMPLATES, "Template saved").await
        }
        Err(error) => {
            work.undo();
            taken(&mut form, error)?;
            Ok(refused(html(TemplatePage { page, form, id: None })?))
        }
    }
}

async fn own(app: &App, page: &Page, id: TemplateId) -> Result<Template, Error> {
    let me = page.actor()?.account;
    let found = templates::by_id(&app.db, me, id).await?;
    found.filter(|found| found.owner_id == Some(me)).ok_or(Error::NotFound)
}

/// One of one's own, to change.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<TemplateId>) -> Answer {
    let template = own(&app, &page, id).await?;
    let mut form = FormState::new().with("name", &template.name).with("version", template.version);
    for part in Part::ALL {
        form.set(part.as_str(), template.parts.get(*part));
    }
    html(TemplatePage { page, form, id: Some(id) })
}

/// Changes it, or takes it out of use.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<TemplateId>,
    submission: Submission,
) -> Answer {
    let mut template = own(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let removes = form.value("step") == "remove";
    if !removes {
        (template.name, template.parts) = read(&mut form);
    }
    template.version = form.parse("version", "Open the page again").unwrap_or(0);
    if !form.is_ok() {
        return Ok(refused(html(TemplatePage { page, form, id: Some(id) })?));
    }
    let me = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let action = if removes { "note_template.removed" } else { "note_template.changed" };
    match templates::save(work.tx(), me, &template, !removes, at).await {
        Ok(true) => {
            work.audit(Entry::new(action, "note_template", id.0)).await?;
            let words = if removes { "Template removed" } else { "Template saved" };
            work.done(paths::consultation::TEMPLATES, words).await
        }
        Ok(false) => {
            work.undo();
            let now = own(&app, &page, id).await?;
            form.renew();
            form.set("version", now.version);
            form.refuse(
                "",
                "You changed this template in another window. Save yours again, or open the page anew",
            );
            Ok(conflicting(html(TemplatePage { page, form, id: Some(id) })?))
        }
        Err(error) => {
            work.undo();
            taken(&mut form, error)?;
            Ok(refused(html(TemplatePage { page, form, id: Some(id) })?))
        }
    }
}
