//! What happens to a note after it is signed: additions, and errors that stay readable (rule V3, experience C7).

use super::doer;
use super::drafts::{in_words, signed};
use crate::audit::Entry;
use crate::consultation::model::{NoteKind, NoteState, Parts};
use crate::consultation::store::notes::{self, NewNote, Note};
use crate::diagnoses;
use crate::diagnoses::model::State;
use crate::work::{Refused, Work};

/// What somebody adds.
#[derive(Debug)]
pub struct Addition<'a> {
    /// The text.
    pub parts: &'a Parts,
    /// Why.
    pub reason: &'a str,
    /// The own draft that becomes the addendum; none for a new text.
    pub draft: Option<Note>,
    /// The page that sends it.
    pub tab: &'a str,
}

/// Adds to a signed note: the addendum is signed at once.
///
/// # Errors
/// `Because` when the note no longer stands or is an addendum, or this person has an open draft in the visit.
pub async fn add(work: &mut Work, to: &Note, addition: Addition<'_>) -> Result<(), Refused> {
    let (author, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    if to.state != NoteState::Signed {
        return Err(Refused::Because("This note does not stand any more. Open it again to see why.".into()));
    }
    if to.kind == NoteKind::Addendum {
        let words = "This is an addendum itself. Add to the note that it belongs to.";
        return Err(Refused::Because(words.into()));
    }
    let draft = match addition.draft {
        Some(mut draft) => {
            draft.parts = addition.parts.clone();
            if !notes::save(work.tx(), &draft, at).await.map_err(in_words)? {
                return Err(Refused::Because(
                    "This draft was changed in another window. Open it again.".into(),
                ));
            }
            draft
        }
        None => {
            if notes::draft_of(work.tx(), author, to.visit_id).await?.is_some() {
                return Err(Refused::Because(
                    "You have a draft in this visit. Sign or discard it first, or add that draft.".into(),
                ));
            }
            let new = NewNote {
                visit: to.visit_id,
                patient: to.patient_id,
                author,
                name: &name,
                kind: NoteKind::Consultation,
                clinical_at: to.clinical_at,
                tab: addition.tab,
                turn: 0,
            };
            notes::insert(work.tx(), &new, addition.parts, at).await.map_err(in_words)?;
            notes::draft_of(work.tx(), author, to.visit_id).await?.ok_or(Refused::NotFound)?
        }
    };
    signed(work, &draft, Some((to.id, addition.reason))).await
}

/// Says that a signed note was entered in error, with `diagnoses` also those that were signed with it. It stays, struck
/// through, with who, when and why.
///
/// # Errors
/// `Because` when somebody said so before.
pub async fn in_error(
    work: &mut Work,
    note: &Note,
    (reason, diagnoses): (&str, bool),
) -> Result<(), Refused> {
    let (by, name, at) = (doer(work)?, work.doer().name.clone(), work.now());
    let ended = note.state == NoteState::Signed
        && notes::end(work.tx(), note, NoteState::EnteredInError, (by, &name, reason), at).await?;
    if !ended {
        return Err(Refused::Because("A colleague marked this note a moment ago. Open it again.".into()));
    }
    let entry = Entry::new("note.entered_in_error", "note", note.id.0).of_patient(note.patient_id.0);
    work.audit(entry.with("visit", note.visit_id.0)).await?;
    if diagnoses {
        for one in diagnoses::of_visit(work.tx(), note.visit_id).await? {
            if one.note_id == Some(note.id) && one.state == State::Signed {
                diagnoses::enter_in_error(work, &one, reason).await?;
            }
        }
    }
    Ok(())
}
