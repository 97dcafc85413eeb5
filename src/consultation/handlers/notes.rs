//! One note: reading it, adding to it, saying that it was entered in error, discarding a draft.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::steps;
use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::consultation::model::{LONGEST, NoteId, NoteKind, NoteState, Part, Parts, REASON};
use crate::consultation::store::notes::{self, Note};
use crate::consultation::store::sittings;
use crate::consultation::verbs::{amend, drafts};
use crate::consultation::views::{AddendumPage, EndPage, NotePage};
use crate::record::{self, Door};
use crate::web::conflict::conflicting;
use crate::web::form::new_op;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// Longest reason.
const WHY: usize = 300;
/// Fewest letters of the reason of a diagnosis, as its table has it.
const OF_DIAGNOSIS: usize = 5;

/// A note with the door of its record.
struct Found {
    note: Note,
    door: Door,
}

async fn found(app: &App, page: &Page, id: NoteId) -> Result<Found, Error> {
    let me = page.actor()?.account;
    let note = notes::by_id(&app.db, me, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, page, note.patient_id, note.visit_id).await?;
    Ok(Found { note, door })
}

/// The note with everything that was added to it. An addendum stands below what it adds to.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<NoteId>) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(note.patient_id)));
    }
    if let Some(root) = note.amends_id {
        return Ok(see_other(&format!("{}#note-{id}", paths::consultation::note(root))));
    }
    if note.state == NoteState::Draft && !note.is_set_aside() {
        return Ok(see_other(&paths::consultation::consult(note.visit_id)));
    }
    record::read(&app, &page, &door.banner, ("note.opened", "note", note.id.0)).await?;
    let is_open = match note.state {
        NoteState::Draft => {
            let sitting = sittings::of_visit(&app.db, note.visit_id).await?.ok_or(Error::NotFound)?;
            sitting.visit.closed_at.is_none()
        }
        NoteState::Signed | NoteState::EnteredInError | NoteState::Discarded => false,
    };
    let thread = notes::of_visit(&app.db, page.actor()?.account, note.visit_id).await?;
    let standing = match note.state {
        NoteState::EnteredInError => notes::signed_with(&app.db, &note).await?,
        NoteState::Draft | NoteState::Signed | NoteState::Discarded => Vec::new(),
    };
    html(NotePage { page, banner: door.banner, note, thread, is_open, standing })
}

/// Which draft becomes the addendum.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    draft: Option<i64>,
}

/// The form of an addendum.
pub async fn addendum(
    State(app): State<App>,
    page: Page,
    Id(id): Id<NoteId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(note.patient_id)));
    }
    if note.state != NoteState::Signed || note.kind == NoteKind::Addendum {
        return Ok(see_other(&paths::consultation::note(id)));
    }
    let mut form = FormState::new().with("tab", new_op());
    if let Some(draft) = asked.draft {
        let own = own_draft(&app, &page, &note, NoteId(draft)).await?.ok_or(Error::NotFound)?;
        form.set("draft", own.id);
        for part in Part::ALL {
            form.set(part.as_str(), own.parts.get(*part));
        }
    }
    record::read(&app, &page, &door.banner, ("note.opened", "note", note.id.0)).await?;
    html(AddendumPage { page, form, banner: door.banner, note, closed: false })
}

/// A draft of one's own in the same visit.
async fn own_draft(app: &App, page: &Page, note: &Note, id: NoteId) -> Result<Option<Note>, Error> {
    let me: AccountId = page.actor()?.account;
    let draft = notes::by_id(&app.db, me, id).await?;
    let fits = |draft: &Note| {
        draft.state == NoteState::Draft && draft.author_id == me && draft.visit_id == note.visit_id
    };
    Ok(draft.filter(fits))
}

/// Signs the addendum.
pub async fn add(State(app): State<App>, page: Page, Id(id): Id<NoteId>, submission: Submission) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    let mut form = submission.form.clone();
    door.lets(&mut form);
    let mut parts = Parts::default();
    for part in Part::ALL {
        *parts.get_mut(*part) = form.optional_text(part.as_str(), LONGEST);
    }
    let reason = reason(&mut form, "Enter why you add to the note");
    if let Some((part, why)) = drafts::unfinished(&parts) {
        form.refuse(part.as_str(), why);
    }
    let draft = match form.value("draft").parse().ok() {
        Some(draft) => Some(own_draft(&app, &page, &note, NoteId(draft)).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    if !form.is_ok() {
        let closed = door.closed();
        return Ok(refused(html(AddendumPage { page, form, banner: door.banner, note, closed })?));
    }
    let tab = form.value("tab").chars().take(64).collect::<String>();
    let mut work = submission.begin(&app).await?;
    let addition = amend::Addition { parts: &parts, reason: &reason, draft, tab: &tab };
    let had_draft = addition.draft.is_some();
    let added = amend::add(&mut work, &note, addition).await;
    if added.is_ok() && had_draft {
        // Whoever took over decides: what else was begun is not signed with the addendum.
        let sitting = sittings::of_visit(work.tx(), note.visit_id).await?.ok_or(Error::NotFound)?;
        steps::discard_sections(&mut work, &sitting.visit).await?;
    }
    match added {
        Ok(()) => work.done(paths::consultation::note(id), "Addendum signed").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.renew();
            form.refuse("", sentence);
            Ok(conflicting(html(AddendumPage { page, form, banner: door.banner, note, closed: false })?))
        }
        Err(other) => Err(other.into()),
    }
}

fn reason(form: &mut FormState, missing: &str) -> String {
    let reason = form.text("reason", missing, WHY);
    if !reason.is_empty() && reason.chars().count() < REASON {
        form.refuse("reason", missing);
    }
    reason
}

/// Whether this person may say that a note was entered in error: who wrote it, or a doctor.
fn may_end(page: &Page, note: &Note) -> Result<(), Error> {
    if page.may(Permission::Consult) || note.author_id == page.actor()?.account {
        return Ok(());
    }
    Err(Error::Forbidden("Who wrote a note, or a doctor, says that it was entered in error."))
}

/// Asks why.
pub async fn error(State(app): State<App>, page: Page, Id(id): Id<NoteId>) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    may_end(&page, &note)?;
    if door.closed() || note.state != NoteState::Signed {
        return Ok(see_other(&paths::consultation::note(id)));
    }
    record::read(&app, &page, &door.banner, ("note.opened", "note", note.id.0)).await?;
    let standing = notes::signed_with(&app.db, &note).await?;
    html(EndPage { page, form: FormState::new(), banner: door.banner, note, standing, closed: false })
}

/// Marks it; it stays readable. What was signed with it stands, but for the diagnoses where that was ticked.
pub async fn end(State(app): State<App>, page: Page, Id(id): Id<NoteId>, submission: Submission) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    may_end(&page, &note)?;
    let mut form = submission.form.clone();
    door.lets(&mut form);
    let reason = reason(&mut form, "Enter what is wrong with the note");
    let diagnoses = form.chosen("diagnoses", "yes") && page.may(Permission::Consult);
    if diagnoses && form.is_ok() && reason.chars().count() < OF_DIAGNOSIS {
        form.refuse("reason", "Say a little more, so that a colleague understands it");
    }
    if !form.is_ok() {
        let closed = door.closed();
        let standing = if closed { Vec::new() } else { notes::signed_with(&app.db, &note).await? };
        return Ok(refused(html(EndPage { page, form, banner: door.banner, note, standing, closed })?));
    }
    let mut work = submission.begin(&app).await?;
    match amend::in_error(&mut work, &note, (&reason, diagnoses)).await {
        Ok(()) => {
            let stands = !notes::signed_with(work.tx(), &note).await?.is_empty();
            let words = if stands {
                "Marked as entered in error. What was signed with it is still in force"
            } else {
                "Marked as entered in error"
            };
            work.done(paths::consultation::note(id), words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            Err(Error::Conflict(sentence))
        }
        Err(other) => Err(other.into()),
    }
}

/// Asks once whether a draft is to be discarded.
pub async fn discarding(State(app): State<App>, page: Page, Id(id): Id<NoteId>) -> Answer {
    let Found { note, door } = found(&app, &page, id).await?;
    if door.closed() || note.state != NoteState::Draft {
        return Ok(see_other(&paths::consultation::note(id)));
    }
    record::read(&app, &page, &door.banner, ("note.opened", "note", note.id.0)).await?;
    let (form, standing) = (FormState::new(), Vec::new());
    html(EndPage { page, form, banner: door.banner, note, standing, closed: false })
}

/// Discards it, with what belongs to it in other sections.
pub async fn discard(
    State(app): State<App>,
    page: Page,
    Id(id): Id<NoteId>,
    submission: Submission,
) -> Answer {
    let Found { note, .. } = found(&app, &page, id).await?;
    let sitting = sittings::of_visit(&app.db, note.visit_id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    drafts::discard(&mut work, &note).await?;
    steps::discard_sections(&mut work, &sitting.visit).await?;
    work.done(paths::consultation::consult(note.visit_id), "Draft discarded").await
}
