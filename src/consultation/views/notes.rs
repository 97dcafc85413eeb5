//! Pages of one note.

use askama::Template;

use crate::access::model::Permission;
use crate::consultation::model::{NoteKind, NoteState, Part, Together};
use crate::consultation::store::notes::{Note, Standing};
use crate::diagnoses::model::DiagnosisId;
use crate::prescribing::model::PrescriptionId;
use crate::procedures::model::ProcedureId;
use crate::record::Banner;
use crate::web::{FormState, Page, paths};

impl Standing {
    /// Where it is withdrawn.
    pub fn path(&self) -> String {
        match self.what {
            Together::Diagnosis => paths::diagnoses::error(DiagnosisId(self.id)),
            Together::Prescription => paths::prescribing::prescription(PrescriptionId(self.id)),
            Together::Procedure => paths::procedures::procedure(ProcedureId(self.id)),
        }
    }
}

/// A note with what was added to it, or a draft that was set aside.
#[derive(Debug, Template)]
#[template(path = "consultation/note.html")]
pub struct NotePage {
    /// The frame.
    pub page: Page,
    /// Whose.
    pub banner: Banner,
    /// The note.
    pub note: Note,
    /// All notes of the visit.
    pub thread: Vec<Note>,
    /// Whether the visit goes on.
    pub is_open: bool,
    /// What was signed with it and still stands although the note does not.
    pub standing: Vec<Standing>,
}

impl NotePage {
    /// What was added, oldest first.
    pub fn additions(&self) -> Vec<&Note> {
        self.thread
            .iter()
            .filter(|one| one.amends_id == Some(self.note.id) && one.state != NoteState::Draft)
            .collect()
    }

    /// Whether it is a draft.
    pub fn is_draft(&self) -> bool {
        self.note.state == NoteState::Draft
    }

    /// Signed notes of the visit, to which a draft that was set aside can be added.
    pub fn to_add_to(&self) -> Vec<&Note> {
        let stands = |one: &&Note| one.state == NoteState::Signed && one.kind != NoteKind::Addendum;
        self.thread.iter().filter(stands).collect()
    }

    /// Whether this person may say that it was entered in error.
    pub fn may_end(&self, note: &Note) -> bool {
        let own = self.page.actor.as_ref().is_some_and(|actor| actor.account == note.author_id);
        note.state == NoteState::Signed && (own || self.page.may(Permission::Consult))
    }

    /// Whether this person may add to it.
    pub fn may_add(&self) -> bool {
        self.note.state == NoteState::Signed && self.page.may(Permission::WriteNotes)
    }
}

/// Adding to a note.
#[derive(Debug, Template)]
#[template(path = "consultation/addendum.html")]
pub struct AddendumPage {
    /// The frame.
    pub page: Page,
    /// What is typed.
    pub form: FormState,
    /// Whose.
    pub banner: Banner,
    /// What it adds to.
    pub note: Note,
    /// Whether the reader's time is over: then nothing of the note is shown.
    pub closed: bool,
}

impl AddendumPage {
    /// The parts of the addendum.
    pub fn parts(&self) -> Vec<(&'static str, &'static str)> {
        Part::of(self.note.kind).iter().map(|part| (part.as_str(), part.label_in(self.note.kind))).collect()
    }
}

/// Ending a note: a draft is discarded, a signed one was entered in error.
#[derive(Debug, Template)]
#[template(path = "consultation/end.html")]
pub struct EndPage {
    /// The frame.
    pub page: Page,
    /// What is typed.
    pub form: FormState,
    /// Whose.
    pub banner: Banner,
    /// The note.
    pub note: Note,
    /// What was signed with it and still stands.
    pub standing: Vec<Standing>,
    /// Whether the reader's time is over: then nothing of the note is shown.
    pub closed: bool,
}

impl EndPage {
    /// Whether diagnoses can be marked with it.
    pub fn marks_diagnoses(&self) -> bool {
        self.page.may(Permission::Consult) && self.standing.iter().any(|one| one.what == Together::Diagnosis)
    }

    /// Whether it is a draft.
    pub fn is_draft(&self) -> bool {
        self.note.state == NoteState::Draft
    }
}
