//! The rules of notes as a few lines of arithmetic: drafts of one's own with versions (R8), signatures that stay, addenda,
//! errors that stay readable, taking over (V3).

use std::collections::BTreeMap;

use infirmary::consultation::model::{NoteKind, NoteState};

use super::model::{Step, Typed, Window};

/// Two doctors and a nurse.
pub const PEOPLE: [&str; 3] = ["Dr Nwosu", "Dr Bello", "nurse"];
const NURSE: usize = 2;
/// Why somebody adds to a note or finds it wrong.
pub const WHY: &str = "The family called";

const OVER: &str = "Your time with this record is over. Nothing was saved yet, and your text is still here";

/// A note as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub author: usize,
    pub kind: NoteKind,
    pub state: NoteState,
    pub text: (String, String),
    pub tab: String,
    pub turn: i64,
    pub version: i64,
    /// Who took the visit over.
    pub aside: Option<usize>,
    pub amends: Option<(usize, String)>,
    pub ended: Option<(usize, String)>,
}

/// A page of the consultation in one of the windows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    number: usize,
    pub version: i64,
    pub turn: i64,
}

impl Page {
    pub fn tab(self) -> String {
        format!("page-{:06}", self.number)
    }
}

/// What is answered: the status, the version that the page goes on with where there is one, and words that are among it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub version: Option<i64>,
    pub words: String,
}

fn says(status: u16, words: impl Into<String>) -> Answer {
    Answer { status, version: None, words: words.into() }
}

/// A visit with its notes, and the windows of everybody.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub notes: Vec<Note>,
    pub pages: [[Page; 2]; 3],
    pub trail: BTreeMap<String, i64>,
    closed: bool,
    /// With whom the patient is.
    with: usize,
    opened: usize,
}

impl Model {
    /// Another visit; everybody opens its page.
    pub fn begin(&mut self) {
        self.notes.clear();
        (self.closed, self.with) = (false, 0);
        for who in 0..3 {
            self.opens((who, 0));
            self.opens((who, 1));
        }
    }

    fn opens(&mut self, (who, at): Window) {
        self.opened += 1;
        let version = self.draft_of(who).map_or(0, |draft| self.notes[draft].version);
        self.pages[who][at] = Page { number: self.opened, version, turn: 0 };
    }

    fn tells(&mut self, action: &str) {
        *self.trail.entry(action.to_owned()).or_insert(0) += 1;
    }

    /// The draft of somebody.
    pub fn draft_of(&self, who: usize) -> Option<usize> {
        self.notes.iter().position(|note| note.author == who && note.state == NoteState::Draft)
    }

    /// Keeps what is typed. What another window has saved, signed or discarded is not written over unseen.
    fn keeps(&mut self, at: Window, typed: Typed, by_itself: bool) -> Result<Option<usize>, Answer> {
        let (who, page) = (at.0, self.pages[at.0][at.1]);
        let text = (typed.0.to_owned(), typed.1.to_owned());
        let Some(on) = self.draft_of(who) else {
            if page.version != 0 {
                self.pages[at.0][at.1].version = if by_itself { page.version } else { 0 };
                let words = "You signed or discarded this draft in another window";
                return Err(Answer { version: Some(0), ..says(409, words) });
            }
            if typed == ("", "") {
                return Ok(None);
            }
            let kind = if who == NURSE { NoteKind::Nursing } else { NoteKind::Consultation };
            let (tab, turn, state) = (page.tab(), page.turn, NoteState::Draft);
            let author = who;
            let (aside, amends, ended) = (None, None, None);
            self.notes.push(Note { author, kind, state, text, tab, turn, version: 1, aside, amends, ended });
            self.tells("note.begun");
            return Ok(Some(self.notes.len() - 1));
        };
        let note = &mut self.notes[on];
        let same_page = note.tab == page.tab();
        let late = same_page && (note.turn > page.turn || (by_itself && note.turn == page.turn));
        if note.text == text || late {
            return Ok(Some(on));
        }
        if !same_page && note.version != page.version {
            let version = if by_itself { 0 } else { note.version };
            self.pages[at.0][at.1].version = if by_itself { page.version } else { version };
            let words = "You wrote in this draft in another window";
            return Err(Answer { version: Some(version), ..says(409, words) });
        }
        (note.text, note.tab, note.turn) = (text, page.tab(), page.turn);
        note.version += 1;
        Ok(Some(on))
    }

    /// What is answered; what is refused changes nothing but what the page knows.
    pub fn answers(&mut self, step: Step) -> Answer {
        let before = (self.notes.clone(), self.trail.clone(), self.closed, self.with);
        let answer = self.tries(step).unwrap_or_else(|refused| refused);
        if answer.status >= 400 {
            (self.notes, self.trail, self.closed, self.with) = before;
        }
        answer
    }

    /// Once the visit is over, the record is open to whoever had the patient or wrote a note that stands (rule A1).
    fn is_shut(&self, who: usize) -> bool {
        let stands =
            |note: &Note| note.author == who && matches!(note.state, NoteState::Draft | NoteState::Signed);
        self.closed && self.with != who && !self.notes.iter().any(stands)
    }

    fn tries(&mut self, step: Step) -> Result<Answer, Answer> {
        let shut = self.is_shut(step.who());
        match step {
            Step::TakeOver((NURSE, _), _) | Step::Finish((NURSE, _), ..) => Err(says(403, "")),
            Step::Open(_) if shut => Ok(says(303, "")),
            Step::ByItself(at, _, late) if shut => {
                self.pages[at.0][at.1].turn += i64::from(!late);
                Err(says(409, OVER))
            }
            Step::Save(..) | Step::Sign(..) | Step::TakeOver(..) | Step::Finish(..) if shut => {
                Err(says(409, OVER))
            }
            Step::Open(at) => {
                self.opens(at);
                Ok(Answer { version: Some(self.pages[at.0][at.1].version), ..says(200, "") })
            }
            Step::Save(at, typed) => {
                self.keeps(at, typed, false)?;
                self.opens(at);
                Ok(says(303, ""))
            }
            Step::ByItself(at, typed, late) => {
                self.pages[at.0][at.1].turn += i64::from(!late);
                let kept = self.keeps(at, typed, true)?;
                let version = kept.map_or(0, |draft| self.notes[draft].version);
                self.pages[at.0][at.1].version = version;
                Ok(Answer { version: Some(version), ..says(200, self.more(at.0, kept)) })
            }
            Step::Sign(at, typed) => {
                let draft = self.keeps(at, typed, false)?;
                let draft = draft.ok_or_else(|| says(422, "Write what you found, then sign the note"))?;
                can_be_signed(&self.notes[draft].text)?;
                if let Some(by) = self.notes[draft].aside.filter(|_| !self.closed) {
                    return Err(says(
                        409,
                        format!("{} took this visit over. Take it over again", PEOPLE[by]),
                    ));
                }
                self.signs(draft);
                self.opens(at);
                Ok(says(303, ""))
            }
            Step::TakeOver(at, typed) => {
                self.keeps(at, typed, false)?;
                if self.closed {
                    return Err(says(409, "This visit is closed. Nobody has it any more"));
                }
                for note in self.notes.iter_mut().filter(|note| note.state == NoteState::Draft) {
                    note.aside = match note.kind {
                        _ if note.author == at.0 => None,
                        NoteKind::Consultation => note.aside.or(Some(at.0)),
                        NoteKind::Nursing | NoteKind::Addendum => note.aside,
                    };
                }
                self.with = at.0;
                self.tells("visit.taken_over");
                self.opens(at);
                Ok(says(303, ""))
            }
            // The other half of a double press.
            Step::Finish(..) if self.closed => Ok(says(303, "")),
            Step::Finish(at, typed, decides, aside) => {
                let draft = self.keeps(at, typed, false)?;
                // Whoever was taken over decides nothing until she takes over again.
                let by = draft.and_then(|draft| self.notes[draft].aside).filter(|_| decides);
                if let Some(by) = by {
                    let words = format!("{} took this visit over and decides what becomes of it", PEOPLE[by]);
                    return Err(says(409, words));
                }
                self.finishes(at.0, decides, aside)
            }
            Step::Discard(who, on) => {
                self.finds(who, on)?;
                if self.notes[on].state != NoteState::Draft {
                    return Err(says(409, "This draft is no longer there"));
                }
                self.ends(on, NoteState::Discarded, (who, ""));
                self.tells("note.discarded");
                Ok(says(303, ""))
            }
            Step::Add(who, on, typed, from_draft) => {
                self.finds(who, on)?;
                if shut {
                    return Err(says(422, OVER));
                }
                let text = (typed.0.to_owned(), typed.1.to_owned());
                can_be_signed(&text)?;
                self.adds(who, on, text, from_draft)
            }
            Step::Fault(who, on, why) => {
                self.finds(who, on)?;
                if who == NURSE && self.notes[on].author != NURSE {
                    return Err(says(403, "Who wrote a note, or a doctor, says"));
                }
                if shut {
                    return Err(says(422, OVER));
                }
                if why != WHY {
                    return Err(says(422, "Enter what is wrong with the note"));
                }
                if self.notes[on].state != NoteState::Signed {
                    return Err(says(409, "A colleague marked this note a moment ago"));
                }
                self.ends(on, NoteState::EnteredInError, (who, why));
                self.tells("note.entered_in_error");
                Ok(says(303, ""))
            }
        }
    }

    /// A draft, and what was discarded, is found by its author alone.
    fn finds(&self, who: usize, on: usize) -> Result<(), Answer> {
        let note = &self.notes[on];
        let is_signed = matches!(note.state, NoteState::Signed | NoteState::EnteredInError);
        if is_signed || note.author == who { Ok(()) } else { Err(says(404, "")) }
    }

    fn signs(&mut self, on: usize) {
        self.notes[on].state = NoteState::Signed;
        self.notes[on].version += 1;
        self.tells("note.signed");
    }

    fn ends(&mut self, on: usize, state: NoteState, (who, why): (usize, &str)) {
        let note = &mut self.notes[on];
        (note.state, note.ended) = (state, Some((who, why.to_owned())));
        note.version += 1;
    }

    fn adds(&mut self, who: usize, on: usize, text: (String, String), from: bool) -> Result<Answer, Answer> {
        let (state, kind) = (self.notes[on].state, self.notes[on].kind);
        if state != NoteState::Signed {
            return Err(says(409, "This note does not stand any more"));
        }
        if kind == NoteKind::Addendum {
            return Err(says(409, "This is an addendum itself. Add to the note that it belongs to."));
        }
        let draft = match self.draft_of(who) {
            Some(_) if !from => return Err(says(409, "You have a draft in this visit")),
            Some(draft) => {
                self.notes[draft].text = text;
                self.notes[draft].version += 1;
                draft
            }
            None => {
                let (tab, author, aside, amends, ended) = ("the-addendum".to_owned(), who, None, None, None);
                let (state, turn, version) = (NoteState::Draft, 0, 1);
                self.notes.push(Note { author, kind, state, text, tab, turn, version, aside, amends, ended });
                self.notes.len() - 1
            }
        };
        (self.notes[draft].kind, self.notes[draft].amends) = (NoteKind::Addendum, Some((on, WHY.to_owned())));
        self.signs(draft);
        Ok(says(303, ""))
    }

    /// A visit ends when nothing is unsigned, or is set aside, and it is said what becomes of it (V2).
    fn finishes(&mut self, who: usize, decides: bool, aside: bool) -> Result<Answer, Answer> {
        let open = |note: &&mut Note| note.state == NoteState::Draft && note.aside.is_none();
        if aside {
            let mut others = 0;
            for note in self.notes.iter_mut().filter(open).filter(|note| note.author != who) {
                note.aside = Some(who);
                others += 1;
            }
            if others > 0 {
                self.tells("note.set_aside");
            }
        }
        let mut unsigned = self.notes.iter_mut().filter(open);
        if let Some(first) = unsigned.next() {
            let own = first.author == who || unsigned.any(|note| note.author == who);
            let words = if own {
                "Your note, or what you added to it, is not signed"
            } else {
                "A colleague has not signed"
            };
            return Err(says(422, words));
        }
        if !decides {
            return Err(says(422, "Choose what becomes of the visit"));
        }
        self.closed = true;
        Ok(says(303, ""))
    }

    /// What a page that saves by itself is told besides.
    fn more(&self, who: usize, own: Option<usize>) -> String {
        if let Some(by) = own.and_then(|own| self.notes[own].aside) {
            return format!("{} took this visit over at 09:00. Your text is kept for you.", PEOPLE[by]);
        }
        let writes =
            |note: &&Note| note.state == NoteState::Draft && note.aside.is_none() && note.author != who;
        let other = self.notes.iter().find(writes);
        match other {
            Some(note) => format!("{} writes in this visit too, since 09:00.", PEOPLE[note.author]),
            None if self.closed => {
                "This visit is closed. Your text is kept; sign it or discard it.".to_owned()
            }
            None => String::new(),
        }
    }
}

fn can_be_signed((complaint, plan): &(String, String)) -> Result<(), Answer> {
    if complaint.is_empty() && plan.is_empty() {
        return Err(says(422, "Write at least one part of the note, then sign it"));
    }
    let is_open = complaint.contains("___") || plan.contains("___");
    if is_open { Err(says(422, "Fill in or delete the places that a template left open")) } else { Ok(()) }
}
