//! Drafts: saving, signing, discarding (rule V3).

use chrono::{DateTime, Utc};

use super::doer;
use crate::audit::Entry;
use crate::consultation::model::{NoteId, NoteKind, NoteState, Part, Parts};
use crate::consultation::store::notes::{self, NewNote, Note};
use crate::consultation::store::sittings;
use crate::db::DbError;
use crate::queue::Visit;
use crate::work::{Refused, Work};

/// The version of a draft that was opened and not saved again.
const FIRST: i64 = 1;

/// What a page sends of its draft.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What kind of note this person writes here.
    pub kind: NoteKind,
    /// The text.
    pub parts: Parts,
    /// Of which moment it tells, where the visit is over.
    pub clinical_at: Option<DateTime<Utc>>,
    /// The draft's version as the page knows it; 0 where there was none.
    pub version: i64,
    /// The page.
    pub tab: String,
    /// How often the page has saved.
    pub turn: i64,
    /// Whether it comes by itself: then it never goes back behind what the page has saved already.
    pub by_itself: bool,
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Saved {
    /// It stands as sent; none where nothing is written.
    Kept(Option<Box<Note>>),
    /// Another page of the same person saved meanwhile, or has signed or discarded the draft.
    Elsewhere(Option<Box<Note>>),
}

/// Saves a draft. What the same page sends twice, or late, is one saving; what another page of the same author has saved
/// is never overwritten unseen (R8).
///
/// # Errors
/// `Because` when the time of the note is not within the visit.
pub async fn save(work: &mut Work, visit: &Visit, sent: &Sent) -> Result<Saved, Refused> {
    let author = doer(work)?;
    let at = work.now();
    let Some(mut note) = notes::draft_of(work.tx(), author, visit.id).await? else {
        return begin(work, visit, sent).await;
    };
    // The page shows whole minutes.
    let near = |one: &DateTime<Utc>| (*one - note.clinical_at).num_seconds().abs() < 60;
    let clinical_at = sent.clinical_at.filter(|one| !near(one)).unwrap_or(note.clinical_at);
    if note.parts == sent.parts && note.clinical_at == clinical_at {
        return Ok(Saved::Kept(Some(Box::new(note))));
    }
    let same_page = note.tab == sent.tab;
    if same_page && (note.turn > sent.turn || (sent.by_itself && note.turn == sent.turn)) {
        // An older saving of this page that was on its way for long.
        return Ok(Saved::Kept(Some(Box::new(note))));
    }
    // A page that knew of no draft, and a draft that was opened for a diagnosis alone: nothing is overwritten.
    let no_text_yet = sent.version == 0 && note.version == FIRST && note.parts.is_empty();
    if !same_page && note.version != sent.version && !no_text_yet {
        return Ok(Saved::Elsewhere(Some(Box::new(note))));
    }
    note.parts = sent.parts.clone();
    (note.tab, note.turn, note.clinical_at) = (sent.tab.clone(), sent.turn, clinical_at);
    if !notes::save(work.tx(), &note, at).await.map_err(in_words)? {
        return Ok(Saved::Elsewhere(Some(Box::new(note))));
    }
    (note.saved_at, note.version) = (at, note.version + 1);
    Ok(Saved::Kept(Some(Box::new(note))))
}

async fn begin(work: &mut Work, visit: &Visit, sent: &Sent) -> Result<Saved, Refused> {
    if sent.version != 0 {
        return Ok(Saved::Elsewhere(None));
    }
    if sent.parts.is_empty() {
        return Ok(Saved::Kept(None));
    }
    Ok(Saved::Kept(open(work, visit, sent).await?))
}

/// Opens the draft of whoever began a diagnosis, a prescription or a procedure, though nothing is written yet: a colleague
/// is told, the visit does not end over it, and it stands among what its author has not finished. A draft without a word
/// goes when nothing is begun any more.
///
/// # Errors
/// `Because` when the time of the note is not within the visit.
pub async fn follow_sections(work: &mut Work, visit: &Visit, sent: &Sent) -> Result<(), Refused> {
    let author = doer(work)?;
    let begun = sittings::missing(work.tx(), visit.id, author).await?.unsigned > 0;
    match notes::draft_of(work.tx(), author, visit.id).await? {
        None if begun => drop(open(work, visit, sent).await?),
        Some(note) if !begun && note.parts.is_empty() => discard(work, &note).await?,
        None | Some(_) => {}
    }
    Ok(())
}

async fn open(work: &mut Work, visit: &Visit, sent: &Sent) -> Result<Option<Box<Note>>, Refused> {
    let (author, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let new = NewNote {
        visit: visit.id,
        patient: visit.patient_id,
        author,
        name: &name,
        kind: sent.kind,
        clinical_at: sent.clinical_at.or(visit.closed_at).unwrap_or(at),
        tab: &sent.tab,
        turn: sent.turn,
    };
    let id = notes::insert(work.tx(), &new, &sent.parts, at).await.map_err(in_words)?;
    let entry = Entry::new("note.begun", "note", id.0).of_patient(visit.patient_id.0);
    work.audit(entry.with("visit", visit.id.0).with("kind", sent.kind.as_str())).await?;
    Ok(notes::draft_of(work.tx(), author, visit.id).await?.map(Box::new))
}

/// What a template leaves to be filled in.
pub const OPEN: &str = "___";

/// Why a text cannot be signed, by its part; none when it can.
pub fn unfinished(parts: &Parts) -> Option<(Part, &'static str)> {
    if parts.is_empty() {
        return Some((Part::Complaint, "Write at least one part of the note, then sign it"));
    }
    let open = parts.written().into_iter().find(|(_, text)| text.contains(OPEN));
    open.map(|(part, _)| (part, "Fill in or delete the places that a template left open: ___"))
}

/// Signs this author's draft of the visit: from now on it stays as it is.
///
/// # Errors
/// `Because` when it is gone, or is set aside while the visit goes on: then whoever took over writes.
pub async fn sign(work: &mut Work, visit: &Visit, note: &Note) -> Result<(), Refused> {
    if note.is_set_aside() && visit.closed_at.is_none() {
        return Err(Refused::Because(format!(
            "{} took this visit over. Take it over again, or add your note as an addendum.",
            note.set_aside_name
        )));
    }
    signed(work, note, None).await
}

/// Signs a note, as an addendum to another one where `amends` names it.
pub(super) async fn signed(
    work: &mut Work,
    note: &Note,
    amends: Option<(NoteId, &str)>,
) -> Result<(), Refused> {
    let at = work.now();
    if !notes::sign(work.tx(), note.id, amends, at).await.map_err(in_words)? {
        return Err(Refused::Because(
            "This note was signed or discarded in another window. Here is how it stands now.".into(),
        ));
    }
    let entry = Entry::new("note.signed", "note", note.id.0).of_patient(note.patient_id.0);
    let entry = entry.with("visit", note.visit_id.0).with("version", note.version);
    let entry = amends.map_or(entry.clone(), |(to, _)| entry.with("amends", to.0));
    Ok(work.audit(entry).await?)
}

/// Throws this author's draft away; the row stays, out of sight (R3).
pub async fn discard(work: &mut Work, note: &Note) -> Result<(), Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let ended = note.state == NoteState::Draft
        && notes::end(work.tx(), note, NoteState::Discarded, (by, &name, ""), at).await?;
    if !ended {
        return Err(Refused::Because("This draft is no longer there.".into()));
    }
    let entry = Entry::new("note.discarded", "note", note.id.0).of_patient(note.patient_id.0);
    Ok(work.audit(entry.with("visit", note.visit_id.0)).await?)
}

pub(super) fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("note_visit_time") {
        "A note tells of a moment of its visit. Enter a time while the patient was in the clinic."
    } else if error.violates("note_visit_id_author_id_unique") {
        "You began a draft of this visit in another window. Open the page again."
    } else if error.violates("note_written") {
        "Write at least one part of the note, then sign it."
    } else if error.violates("note_amends") {
        "What you add to was found to be entered in error. Open the note again."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
