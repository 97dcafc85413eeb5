//! Changing and ending one entry of the history: each time a new version that names the one before.

use axum::extract::State;

use super::entries::{TWICE, read};
use super::{Door, door, opened};
use crate::app::App;
use crate::audit;
use crate::record::model::{Entry, EntryId, EntryState};
use crate::record::store::{self, NewEntry};
use crate::record::views::{EntryEndPage, EntryPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// The fields of the form with their labels, as a version has them.
fn fields(entry: &Entry) -> Vec<(&'static str, &'static str, String)> {
    let yes = |on: bool| if on { "yes".to_owned() } else { String::new() };
    vec![
        ("words", "In words", entry.words.clone()),
        ("code", "Code", entry.code.clone()),
        ("since", "Since", entry.since.clone()),
        ("until_on", "Due", entry.until_on.map(|day| day.to_string()).unwrap_or_default()),
        ("note", "Note", entry.note.clone()),
        ("source", "Told or tested", entry.source.clone()),
        ("shared", "Shown to the patient", yes(entry.shared)),
        ("everyone", "For everyone", yes(entry.everyone)),
    ]
}

/// The newest version behind an address; an address of an older one leads there, one of an ended entry to the list.
async fn newest(app: &App, id: EntryId, to: fn(EntryId) -> String) -> Result<Result<Entry, String>, Error> {
    let entry = store::current_entry(&app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(if entry.state != EntryState::Active {
        Err(paths::record::health(entry.patient_id))
    } else if entry.id != id {
        Err(to(entry.id))
    } else {
        Ok(entry)
    })
}

/// The form as the entry stands.
pub async fn form(State(app): State<App>, page: Page, Id(id): Id<EntryId>) -> Answer {
    let entry = match newest(&app, id, paths::record::entry).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(see_other(&elsewhere)),
    };
    let door = door(&app, &page, entry.patient_id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(entry.patient_id)));
    }
    let form = fields(&entry).iter().fold(FormState::new(), |form, (name, _, value)| form.with(name, value));
    opened(&app, &page, &door, "health form").await?;
    html(shown(page, door, form, entry, None))
}

fn shown(page: Page, door: Door, form: FormState, entry: Entry, conflict: Option<Conflict>) -> EntryPage {
    let (closed, kind) = (door.closed(), entry.kind);
    EntryPage { page, banner: door.banner, form, kind, changed: Some(entry), conflict, closed }
}

/// The version that a form was made from.
async fn version(app: &App, id: EntryId) -> Result<Entry, Error> {
    store::entry(&app.db, id).await?.ok_or(Error::NotFound)
}

fn overtaken(error: &crate::db::DbError) -> bool {
    let names = ["health_entry_replaces_id_unique", "health_entry_twice", "health_entry_replaces"];
    names.iter().any(|name| error.violates(name))
}

/// Writes the changed version, unless somebody else was first.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<EntryId>, submission: Submission) -> Answer {
    let old = version(&app, id).await?;
    let patient = old.patient_id;
    let door = door(&app, &page, patient).await?;
    let mut form = submission.form.clone();
    // What else is said at the fields tells what the entry is about.
    if !door.lets(&mut form) {
        return Ok(refused(html(shown(page, door, form, old, None))?));
    }
    let new = NewEntry { replaces: Some(id), ..read(&mut form, old.kind, page.today()) };
    if !form.is_ok() {
        return Ok(refused(html(shown(page, door, form, old, None))?));
    }
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_entry(work.tx(), patient, &new, (&doer, at)).await {
        Ok(entry) => {
            let note = audit::Entry::new("health.changed", "health_entry", entry.0).of_patient(patient.0);
            work.audit(note).await?;
            return work.done(paths::record::health(patient), &format!("{} changed", old.kind.label())).await;
        }
        Err(error) if overtaken(&error) => work.undo(),
        Err(error) => return Err(error.into()),
    }
    let now = store::current_entry(&app.db, id).await?.ok_or(Error::NotFound)?;
    if now.id == id && now.state == EntryState::Active {
        form.refuse("words", TWICE);
        form.renew();
        return Ok(refused(html(shown(page, door, form, old, None))?));
    }
    if now.state != EntryState::Active {
        let how = now.state.label().to_lowercase();
        form.refuse("", format!("This was ended meanwhile ({how}). Record it anew if it holds"));
    }
    let who = Some((now.recorded_name.clone(), now.recorded_at));
    let conflict = Conflict::of(&mut form, who, &fields(&now), now.id.0);
    Ok(conflicting(html(shown(page, door, form, now, Some(conflict)))?))
}

/// The form that ends an entry.
pub async fn end_form(State(app): State<App>, page: Page, Id(id): Id<EntryId>) -> Answer {
    let entry = match newest(&app, id, paths::record::entry_end).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(see_other(&elsewhere)),
    };
    let door = door(&app, &page, entry.patient_id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(entry.patient_id)));
    }
    opened(&app, &page, &door, "health form").await?;
    html(EntryEndPage { page, banner: door.banner, form: FormState::new(), entry, closed: false })
}

/// Ends it, with the reason.
pub async fn end(State(app): State<App>, page: Page, Id(id): Id<EntryId>, submission: Submission) -> Answer {
    let entry = version(&app, id).await?;
    let patient = entry.patient_id;
    let door = door(&app, &page, patient).await?;
    let mut form = submission.form.clone();
    let state =
        form.parse::<EntryState>("state", "Choose how it ends").filter(|it| *it != EntryState::Active);
    let reason = form.reason("reason", "Enter the reason", (3, LINE));
    if state.is_none() {
        form.refuse("state", "Choose how it ends");
    }
    let open = door.lets(&mut form);
    let Some(state) = state.filter(|_| open && form.is_ok()) else {
        let closed = door.closed();
        return Ok(refused(html(EntryEndPage { page, banner: door.banner, form, entry, closed })?));
    };
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    match store::insert_entry(work.tx(), patient, &ended(&entry, state, reason), (&doer, at)).await {
        Ok(ended) => {
            let note = audit::Entry::new("health.ended", "health_entry", ended.0).of_patient(patient.0);
            work.audit(note).await?;
            work.done(paths::record::health(patient), &format!("{} ended", entry.kind.label())).await
        }
        Err(error) if overtaken(&error) => {
            work.undo();
            let now = store::current_entry(&app.db, id).await?.ok_or(Error::NotFound)?;
            let who = &now.recorded_name;
            form.refuse(
                "",
                format!("{who} changed this meanwhile. Look at it as it stands now, then end it"),
            );
            form.renew();
            let closed = false;
            Ok(conflicting(html(EntryEndPage { page, banner: door.banner, form, entry: now, closed })?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The last version of an entry.
fn ended(entry: &Entry, state: EntryState, reason: String) -> NewEntry {
    NewEntry {
        replaces: Some(entry.id),
        kind: entry.kind,
        code: entry.code.clone(),
        words: entry.words.clone(),
        since: entry.since.clone(),
        until_on: entry.until_on,
        note: entry.note.clone(),
        source: entry.source.clone(),
        shared: entry.shared,
        everyone: entry.everyone,
        state,
        reason,
    }
}
