//! The consultation page.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, Permission};
use crate::consultation::model::{NoteKind, NoteState, Outcome, Part};
use crate::consultation::store::notes::Note;
use crate::consultation::store::signs::Signs;
use crate::consultation::store::sittings::{Earlier, Sitting};
use crate::consultation::store::templates::Template as NoteTemplate;
use crate::laboratory::Line;
use crate::patients::model::{PatientId, SealedVisits};
use crate::prescribing::Section;
use crate::queue::Onward;
use crate::queue::model::{EntryState, PointKind, VisitId};
use crate::record::Banner;
use crate::record::model::EntryKind;
use crate::scheduling::Named;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page, paths};

/// Everything of one visit that somebody who treats works with.
#[derive(Debug, Template)]
#[template(path = "consultation/consult.html")]
pub struct ConsultPage {
    /// The frame.
    pub page: Page,
    /// What is typed: the draft of who looks.
    pub form: FormState,
    /// The patient.
    pub banner: Banner,
    /// What is prescribed.
    pub prescribing: Section,
    /// The visit.
    pub sitting: Sitting,
    /// What kind of note this person writes.
    pub kind: NoteKind,
    /// The notes of the visit; drafts of others without their text.
    pub notes: Vec<Note>,
    /// What was last measured.
    pub vitals: Signs,
    /// Tests of the visit, and open ones of earlier visits.
    pub orders: Vec<Line>,
    /// Earlier visits, newest first.
    pub earlier: Vec<Earlier>,
    /// Where the token can go.
    pub onward: Onward,
    /// Doctors to whom open results can be handed over.
    pub doctors: Vec<Named>,
    /// Texts that fill the draft.
    pub templates: Vec<NoteTemplate>,
    /// What the doctor says it is.
    pub diagnoses: crate::diagnoses::Section,
    /// What is planned to be done.
    pub procedures: crate::procedures::Section,
    /// What another window of the same person has saved.
    pub conflict: Option<Conflict>,
}

impl ConsultPage {
    /// The visit.
    pub fn visit(&self) -> VisitId {
        self.sitting.visit.id
    }

    /// Whose.
    pub fn patient(&self) -> PatientId {
        self.sitting.visit.patient_id
    }

    /// Who looks.
    fn me(&self) -> Option<AccountId> {
        self.page.actor.as_ref().map(|actor| actor.account)
    }

    /// Whether this person decides: diagnoses, prescriptions, what becomes of the visit.
    pub fn consults(&self) -> bool {
        self.page.may(Permission::Consult)
    }

    /// Whether the visit goes on.
    pub fn is_open(&self) -> bool {
        self.sitting.visit.closed_at.is_none()
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        if self.consults() { "Consultation" } else { "Nursing note" }
    }

    /// The parts before what is concluded, in the order of writing.
    pub fn parts(&self) -> Vec<(&'static str, &'static str, u8)> {
        let before = Part::of(self.kind).iter().filter(|part| **part <= Part::Assessment);
        before.map(|part| (part.as_str(), part.label_in(self.kind), self.rows(*part))).collect()
    }

    /// The parts after it.
    pub fn closing_parts(&self) -> Vec<(&'static str, &'static str, u8)> {
        let after =
            Part::of(self.kind).iter().filter(|part| **part > Part::Assessment && **part != Part::Advice);
        after.map(|part| (part.as_str(), part.label_in(self.kind), self.rows(*part))).collect()
    }

    fn rows(&self, part: Part) -> u8 {
        match part {
            Part::Complaint | Part::Assessment | Part::FollowUp | Part::Advice => 2,
            Part::History | Part::Examination | Part::Plan => 3,
        }
    }

    /// The own draft.
    pub fn draft(&self) -> Option<&Note> {
        self.notes.iter().find(|note| note.state == NoteState::Draft && Some(note.author_id) == self.me())
    }

    /// What is signed, or was entered in error; oldest first.
    pub fn signed(&self) -> Vec<&Note> {
        self.notes.iter().filter(|note| note.state != NoteState::Draft).collect()
    }

    /// Whether this person has signed in this visit and writes nothing more at the moment.
    pub fn is_done_writing(&self) -> bool {
        let mine = |note: &&Note| note.state == NoteState::Signed && Some(note.author_id) == self.me();
        self.draft().is_none()
            && self.form.is_ok()
            && self.prescribing.drafts.is_empty()
            && self.diagnoses.drafts.is_empty()
            && self.procedures.drafts.is_empty()
            && self.notes.iter().any(|note| mine(&note))
    }

    /// Whether signing is what comes next.
    pub fn signs_next(&self) -> bool {
        !self.is_done_writing() && self.take_in().is_none()
    }

    /// Who else writes in this visit and since when.
    pub fn others(&self) -> Vec<(&str, DateTime<Utc>)> {
        let drafts =
            self.notes.iter().filter(|note| note.state == NoteState::Draft && note.set_aside_at.is_none());
        drafts
            .filter(|note| Some(note.author_id) != self.me())
            .map(|note| (note.author_name.as_str(), note.started_at))
            .collect()
    }

    /// Who has taken the visit over from this person, and when.
    pub fn aside(&self) -> Option<(&str, DateTime<Utc>)> {
        let draft = self.draft().filter(|draft| draft.is_set_aside())?;
        Some((draft.set_aside_name.as_str(), draft.set_aside_at?))
    }

    /// Who else serves the patient, and since when.
    pub fn served_elsewhere(&self) -> Option<(&str, DateTime<Utc>)> {
        let sitting = &self.sitting;
        let serving = sitting.entry_state == Some(EntryState::InService)
            && sitting.point_kind == Some(PointKind::Consulting)
            && sitting.served_by != self.me();
        sitting.server.as_deref().zip(sitting.started_at).filter(|_| serving)
    }

    /// Where the token stands, in a sentence.
    pub fn stands(&self) -> String {
        let sitting = &self.sitting;
        let point = sitting.point.as_deref().unwrap_or_default();
        let by = sitting.server.as_deref().unwrap_or("a colleague");
        let since = sitting.started_at.map(|at| self.page.clinic.clock(at)).unwrap_or_default();
        match (sitting.entry_state, sitting.visit.closed_at) {
            (_, Some(at)) if sitting.close_reason.as_deref() == Some("left") => {
                format!("Left before the end, {}", self.page.clinic.stamp(at))
            }
            (_, Some(at)) => format!("Closed {}", self.page.clinic.stamp(at)),
            (None, None) => "In the clinic".to_owned(),
            (Some(EntryState::InService), None) if self.is_with_me() => format!("With you since {since}"),
            (Some(EntryState::InService), None) => format!("{point}, with {by} since {since}"),
            (Some(EntryState::Called), None) => format!("Called to {point}"),
            (Some(EntryState::Waiting), None) => format!("Waiting for {point}"),
            (Some(EntryState::Parked), None) => format!("Parked at {point}"),
            (Some(EntryState::Missed), None) => format!("Missed the call to {point}"),
            (
                Some(EntryState::Done | EntryState::Left | EntryState::Transferred | EntryState::Void),
                None,
            ) => point.to_owned(),
        }
    }

    /// Whether the patient is served by who looks.
    pub fn is_with_me(&self) -> bool {
        self.sitting.entry_state == Some(EntryState::InService) && self.sitting.served_by == self.me()
    }

    /// How the token looks.
    pub fn plate(&self) -> &'static str {
        match self.sitting.entry_state {
            Some(EntryState::Waiting) => "waiting",
            Some(EntryState::Called) => "called",
            Some(EntryState::InService) => "serving",
            Some(EntryState::Parked) => "parked",
            Some(EntryState::Missed) => "missed",
            Some(EntryState::Done | EntryState::Left | EntryState::Transferred | EntryState::Void) | None => {
                "done"
            }
        }
    }

    /// The step that takes the patient in: its word in the form, and what the button says.
    pub fn take_in(&self) -> Option<(&'static str, &'static str)> {
        let here = self.is_open() && self.page.may(Permission::WorkQueue);
        match self.sitting.entry_state.filter(|_| here)? {
            EntryState::Waiting if self.sitting.point_kind == Some(PointKind::Consulting) => {
                Some(("token.call", "Call"))
            }
            EntryState::Called if self.sitting.served_by == self.me() => Some(("token.start", "Start")),
            EntryState::Waiting
            | EntryState::Called
            | EntryState::InService
            | EntryState::Parked
            | EntryState::Missed
            | EntryState::Done
            | EntryState::Left
            | EntryState::Transferred
            | EntryState::Void => None,
        }
    }

    /// What the student wrote when booking, with where that is from.
    pub fn booked(&self) -> Option<(String, String)> {
        let words = self.sitting.booked_words.as_deref().filter(|words| !words.trim().is_empty())?;
        let day =
            self.sitting.booked_at.map(|at| crate::settings::model::plain_day(self.page.clinic.day_of(at)));
        let source =
            day.map_or_else(|| "From the booking".to_owned(), |day| format!("Written when booking, {day}"));
        Some((words.trim().to_owned(), source))
    }

    /// Conditions and more that holds, in words.
    pub fn conditions(&self) -> Vec<String> {
        let kinds = [EntryKind::Condition, EntryKind::Surgery, EntryKind::Pregnancy];
        let all = kinds.into_iter().flat_map(|kind| self.banner.summary.of(kind));
        all.map(|entry| entry.title()).collect()
    }

    /// What a doctor chooses from.
    pub fn outcomes(&self) -> Vec<(&'static str, &'static str)> {
        Outcome::CHOICES.iter().map(|outcome| (outcome.as_str(), outcome.label())).collect()
    }

    /// What is not done before the visit can end (rule V2), with where it is done.
    pub fn missing(&self) -> Vec<(String, Option<String>)> {
        let mut missing = Vec::new();
        let mut say = |words: String| missing.push((words, None));
        if self.draft().is_some_and(|draft| !draft.is_set_aside()) {
            say("Your note is not signed.".to_owned());
        }
        if !self.prescribing.drafts.is_empty() {
            say("The prescription is not signed.".to_owned());
        }
        self.others().iter().for_each(|(who, _)| say(format!("The note of {who} is not signed.")));
        if self.sitting.outcome.is_none_or(|outcome| outcome == Outcome::NotConsulted) {
            say("Choose what becomes of the visit.".to_owned());
        }
        if !self.doctors.is_empty() {
            say("A test is not done: its result needs a doctor who reviews it.".to_owned());
        }
        let planned = self.procedures.standing.iter().filter(|one| one.state.is_open());
        missing.extend(planned.map(|one| {
            (format!("{} is planned and not done.", one.name), Some(paths::procedures::procedure(one.id)))
        }));
        missing
    }

    /// `Sent to hospital: UITH, as Dr Bello said at 10:20`, where somebody has decided.
    pub fn decided(&self) -> Option<String> {
        let (who, at) = (self.sitting.decided_name.as_deref()?, self.sitting.decided_at?);
        let outcome = self.sitting.outcome.filter(|outcome| *outcome != Outcome::NotConsulted)?;
        let note = self.sitting.outcome_note.as_deref().unwrap_or_default();
        let words = if note.is_empty() { outcome.to_string() } else { format!("{outcome}: {note}") };
        Some(format!("{words}, as {who} said at {}", self.page.clinic.clock(at)))
    }

    /// Whether the token stands at a consulting point.
    pub fn is_here(&self) -> bool {
        self.sitting.point_kind == Some(PointKind::Consulting)
    }

    /// Doctors to whom open results can be handed over; who looks stands first.
    pub fn reviewers(&self) -> Vec<(String, String)> {
        let me = |one: &&Named| Some(one.id) == self.me();
        let own =
            self.doctors.iter().filter(me).map(|one| (one.id.to_string(), format!("{} (me)", one.name)));
        let others = self.doctors.iter().filter(|one| !me(one));
        own.chain(others.map(|one| (one.id.to_string(), one.name.clone()))).collect()
    }

    /// Whether there is something to take over from a colleague.
    pub fn can_take_over(&self) -> bool {
        let doctors = self.notes.iter().any(|note| {
            note.state == NoteState::Draft
                && note.set_aside_at.is_none()
                && note.kind == NoteKind::Consultation
                && Some(note.author_id) != self.me()
        });
        self.consults()
            && self.is_open()
            && (doctors || self.served_elsewhere().is_some() || self.aside().is_some())
    }

    /// Templates to choose from.
    pub fn template_choices(&self) -> Vec<(String, String)> {
        let word = |one: &NoteTemplate| {
            if one.owner_id.is_some() { format!("{} (mine)", one.name) } else { one.name.clone() }
        };
        self.templates.iter().map(|one| (one.id.to_string(), word(one))).collect()
    }
}

impl Note {
    /// The parts that are written, with what they are called.
    pub fn shown(&self) -> Vec<(&'static str, &str)> {
        self.parts.written().into_iter().map(|(part, text)| (part.label_in(self.kind), text)).collect()
    }

    /// Whether it was entered in error.
    pub fn is_error(&self) -> bool {
        self.state == NoteState::EnteredInError
    }
}

/// Characters of an earlier visit in its line.
const SHORT: usize = 90;

impl Earlier {
    /// The clinic's day.
    pub fn day(&self, page: &Page) -> String {
        page.clinic.day_of(self.opened_at).to_string()
    }

    /// What it came to, in a line.
    pub fn words(&self) -> String {
        if self.is_sealed {
            return SealedVisits::TOLD.to_owned();
        }
        let text = self.words.as_deref().unwrap_or_default().replace('\n', " ");
        if text.chars().count() <= SHORT {
            return text;
        }
        let short: String = text.chars().take(SHORT).collect();
        format!("{}…", short.trim_end())
    }
}
