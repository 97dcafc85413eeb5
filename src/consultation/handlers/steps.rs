//! What the buttons of the consultation page do besides saving. A section's step begins with its prefix and goes to its
//! capability.

use chrono::{Months, NaiveDate};

use super::consult::sent;
use super::finish::finish;
use crate::access::model::Permission;
use crate::consultation::model::{NoteId, NoteKind, Outcome, Part};
use crate::consultation::store::dispositions::Disposition;
use crate::consultation::store::notes::Note;
use crate::consultation::store::sittings::Sitting;
use crate::consultation::store::templates;
use crate::consultation::verbs::doer;
use crate::consultation::verbs::drafts::{self, Saved};
use crate::consultation::verbs::outcomes::{self, Choice, Decided};
use crate::consultation::verbs::takeover;
use crate::queue::model::{Move, Whom};
use crate::queue::{self, Caller, Visit};
use crate::web::{FormState, Page, paths};
use crate::work::{Refused, Work};
use crate::{billing, diagnoses, prescribing, procedures};

/// Calling the patient in.
pub const CALL: &str = "token.call";
/// Taking the visit over. It has an address of its own.
pub const TAKE_OVER: &str = "takeover";
/// Months within which somebody comes back; a later day is a slip of a key.
const BACK_WITHIN: u32 = 24;
/// Finishing. It has an address of its own.
pub const FINISH: &str = "finish";

/// Where the browser goes on, and what the next page says.
#[derive(Debug)]
pub struct Done {
    /// The address.
    pub to: String,
    /// The words; empty for none.
    pub words: String,
}

/// Why a step did not happen.
#[derive(Debug)]
pub enum Stopped {
    /// It does not fit.
    Refused(Refused),
    /// Another window of the same person has this draft.
    Elsewhere(Option<Box<Note>>),
    /// What becomes of the visit was decided by somebody else.
    Decided(Box<Overruled>),
}

/// A choice of what becomes of the visit that was not kept.
#[derive(Debug)]
pub struct Overruled {
    /// Why, and what stands, in a sentence.
    pub words: String,
    /// What stands, where somebody has decided.
    pub stands: Option<Disposition>,
    /// Whether the visit was taken over: then the other steps of the page go on without the choice.
    pub taken_over: bool,
}

/// How a saving of the page comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saving {
    /// By the script, while somebody types.
    ByItself,
    /// By a button.
    Pressed,
    /// By the button that takes the visit over: who presses it decides from now on.
    TakingOver,
}

/// What was saved.
#[derive(Debug, Default)]
pub struct Kept {
    /// The draft, where something is written.
    pub draft: Option<Note>,
    /// The version of what becomes of the visit, where this page chose it.
    pub decision: Option<i64>,
    /// Why the choice of this page was not kept; the text was.
    pub overruled: Option<Overruled>,
}

impl<E: Into<Refused>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Refused(error.into())
    }
}

/// Saves the draft and what becomes of the visit, then does the step. Messages at fields are in the form; then nothing
/// of it may stay.
pub async fn take(
    work: &mut Work,
    (page, sitting): (&Page, &Sitting),
    caller: Option<&Caller>,
    step: &str,
    form: &mut FormState,
) -> Result<Done, Stopped> {
    if step == FINISH && sitting.visit.closed_at.is_some() {
        // The other half of a double press; what was typed since then is saved by its own button.
        return finish(work, sitting, form).await;
    }
    let saving = if step == TAKE_OVER { Saving::TakingOver } else { Saving::Pressed };
    let Kept { draft, overruled, .. } = keep(work, page, sitting, form, saving).await?;
    let mut not_kept = None;
    if let Some(overruled) = overruled {
        if !overruled.taken_over || step == FINISH {
            return Err(Stopped::Decided(Box::new(overruled)));
        }
        not_kept = Some(overruled.words);
    }
    let visit = sitting.visit.id;
    let here = |place: &str, words: &str| Done {
        to: paths::consultation::consult_at(visit, place),
        words: words.to_owned(),
    };
    if !form.is_ok() {
        return Ok(here("note", ""));
    }
    let (head, rest) = step.split_once('.').unwrap_or((step, ""));
    let done = match (head, rest) {
        ("", _) | ("save", "") => here("note", if draft.is_some() { "Draft saved" } else { "Saved" }),
        ("sign", "") => {
            sign(work, sitting, draft, form).await?;
            here("signed", "Note signed")
        }
        ("discard", "") => match draft {
            Some(draft) => Done { to: paths::consultation::discard(draft.id), words: String::new() },
            None => here("note", "There is no draft to discard"),
        },
        ("template", "") => here("note", &template(work, page, sitting, draft, form).await?),
        ("tests", "") => Done { to: paths::laboratory::order(visit), words: String::new() },
        ("letters", "") => Done { to: paths::letters::of_visit(visit), words: String::new() },
        ("procedures", "") => Done { to: paths::procedures::of_visit(visit), words: String::new() },
        ("vitals", "") => Done { to: paths::consultation::vitals(visit), words: String::new() },
        ("booking", "") => Done {
            to: paths::scheduling::follow_up(sitting.visit.patient_id, doer(work)?, visit),
            words: String::new(),
        },
        (TAKE_OVER, "") if page.may(Permission::Consult) => {
            takeover::take_over(work, sitting).await?;
            here("note", "The patient is with you now")
        }
        (FINISH, "") if page.may(Permission::Consult) => finish(work, sitting, form).await?,
        _ if page.may(Permission::Consult) && section(work, &sitting.visit, head, rest, form).await? => {
            let sent = sent(page, sitting, form, false);
            if form.is_ok() {
                drafts::follow_sections(work, &sitting.visit, &sent).await?;
            }
            here(head, "")
        }
        ("token", what) => here("main", &token(work, sitting, caller, what, form).await?),
        _ => {
            return Err(Refused::Because(
                "This button belongs to an older page. Open the page again.".into(),
            )
            .into());
        }
    };
    Ok(match not_kept {
        Some(more) if done.words.is_empty() => Done { words: more, ..done },
        Some(more) => Done { words: format!("{}. {more}", done.words), ..done },
        None => done,
    })
}

/// Saves the draft, and what becomes of the visit where a doctor chose it and no colleague decided since.
pub async fn keep(
    work: &mut Work,
    page: &Page,
    sitting: &Sitting,
    form: &mut FormState,
    saving: Saving,
) -> Result<Kept, Stopped> {
    let sent = sent(page, sitting, form, saving == Saving::ByItself);
    let chosen = if page.may(Permission::Consult) && sitting.visit.closed_at.is_none() {
        outcome(page, form)
    } else {
        None
    };
    if !form.is_ok() {
        return Ok(Kept::default());
    }
    // What the booking filled in is the student's text until somebody changes it or writes more.
    let told = sitting.booked_words.as_deref().unwrap_or_default().trim();
    let only_told =
        sent.version == 0 && !told.is_empty() && sent.parts.written().as_slice() == [(Part::Complaint, told)];
    let draft = if only_told {
        None
    } else {
        match drafts::save(work, &sitting.visit, &sent).await? {
            Saved::Kept(note) => note.map(|note| *note),
            Saved::Elsewhere(note) => return Err(Stopped::Elsewhere(note)),
        }
    };
    if page.may(Permission::Consult) {
        save_sections(work, &sitting.visit, form).await?;
    }
    let Some(choice) = chosen else { return Ok(Kept { draft, ..Kept::default() }) };
    let aside = draft.as_ref().filter(|draft| draft.is_set_aside() && saving != Saving::TakingOver);
    Ok(match decide(work, page, &sitting.visit, aside, &choice).await? {
        Ok(version) => Kept { draft, decision: Some(version), overruled: None },
        Err(overruled) => Kept { draft, decision: None, overruled: Some(overruled) },
    })
}

/// Keeps a choice of what becomes of the visit; whoever was taken over chooses nothing any more.
async fn decide(
    work: &mut Work,
    page: &Page,
    visit: &Visit,
    aside: Option<&Note>,
    choice: &Choice,
) -> Result<Result<i64, Overruled>, Refused> {
    if let Some(aside) = aside {
        let stands = match outcomes::other(work, visit, choice).await? {
            Ok(version) => return Ok(Ok(version)),
            Err(stands) => stands,
        };
        let who = &aside.set_aside_name;
        let words = format!(
            "{who} took this visit over and decides what becomes of it. Your choice is not saved. Take over again to decide"
        );
        return Ok(Err(Overruled { words, stands, taken_over: true }));
    }
    Ok(match outcomes::decide(work, visit, choice).await? {
        Decided::Kept(version) => Ok(version),
        Decided::Elsewhere(stands) => {
            let (outcome, who) = (stands.outcome.label().to_lowercase(), &stands.decided_name);
            let words = format!(
                "What becomes of the visit was chosen at {}: {outcome}, by {who}. Your choice is not saved",
                page.clinic.clock(stands.decided_at)
            );
            Err(Overruled { words, stands: Some(stands), taken_over: false })
        }
    })
}

/// What a doctor chose to become of the visit; none while nothing is chosen.
fn outcome(page: &Page, form: &mut FormState) -> Option<Choice> {
    let outcome: Outcome = form.value("outcome").parse().ok()?;
    let note = form.optional_text("outcome_note", 500);
    let back_on: Option<NaiveDate> =
        form.optional_parse("back_on", "Enter the day of coming back, or leave it empty");
    if back_on.is_some_and(|day| day < page.today()) {
        form.refuse("back_on", "The day of coming back must be today or later");
    }
    if back_on.is_some_and(|day| day > page.today() + Months::new(BACK_WITHIN)) {
        form.refuse("back_on", "The day of coming back must be within two years. Check the year");
    }
    let seen = form.value("decision").parse().unwrap_or(0);
    (outcome != Outcome::NotConsulted).then_some(Choice { outcome, note, back_on, seen })
}

/// Signs the draft and everything that belongs to it.
async fn sign(
    work: &mut Work,
    sitting: &Sitting,
    draft: Option<Note>,
    form: &mut FormState,
) -> Result<(), Stopped> {
    let Some(draft) = draft else {
        form.refuse(Part::Complaint.as_str(), "Write what you found, then sign the note");
        return Ok(());
    };
    if let Some((part, why)) = drafts::unfinished(&draft.parts) {
        form.refuse(part.as_str(), why);
        return Ok(());
    }
    if sign_sections(work, &sitting.visit, draft.id, form).await? {
        drafts::sign(work, &sitting.visit, &draft).await?;
        if draft.kind == NoteKind::Consultation {
            billing::consulted(work, sitting.visit.id, sitting.visit.patient_id).await?;
        }
    }
    Ok(())
}

/// A step of a section: false when its prefix belongs to none. What does not fit stands in the form.
async fn section(
    work: &mut Work,
    visit: &Visit,
    prefix: &str,
    rest: &str,
    form: &mut FormState,
) -> Result<bool, Refused> {
    match prefix {
        "diagnosis" => diagnoses::step(work, visit, rest, form).await?,
        "rx" => prescribing::step(work, visit, rest, form).await?,
        "procedure" => procedures::step(work, visit, rest, form).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Keeps what stands in the rows of every section.
async fn save_sections(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    diagnoses::save(work, visit, form).await?;
    prescribing::save(work, visit, form).await?;
    procedures::save(work, visit, form).await
}

/// Makes the drafts of every section final under this note. False when something does not fit; it stands in the form.
async fn sign_sections(
    work: &mut Work,
    visit: &Visit,
    note: NoteId,
    form: &mut FormState,
) -> Result<bool, Refused> {
    diagnoses::sign(work, visit, note, form).await?;
    procedures::sign(work, visit, note, form).await?;
    prescribing::sign(work, visit, note, form).await?;
    Ok(form.is_ok())
}

/// Throws the drafts of every section away, with the draft of the note.
pub async fn discard_sections(work: &mut Work, visit: &Visit) -> Result<(), Refused> {
    diagnoses::discard(work, visit).await?;
    prescribing::discard(work, visit).await?;
    procedures::discard(work, visit).await
}

/// Fills the empty parts of the draft from a template.
async fn template(
    work: &mut Work,
    page: &Page,
    sitting: &Sitting,
    draft: Option<Note>,
    form: &mut FormState,
) -> Result<String, Stopped> {
    let me = doer(work)?;
    let chosen = form.parse("template", "Choose a template, then insert it");
    let Some(id) = chosen else { return Ok(String::new()) };
    let Some(template) = templates::by_id(work.tx(), me, id).await? else {
        form.refuse("template", "This template is no longer there. Choose another one");
        return Ok(String::new());
    };
    let mut sent = sent(page, sitting, form, false);
    let filled = sent.parts.fill(&template.parts, Part::of(sent.kind));
    if let Some(draft) = draft {
        sent.version = draft.version;
    }
    if let Saved::Elsewhere(note) = drafts::save(work, &sitting.visit, &sent).await? {
        return Err(Stopped::Elsewhere(note));
    }
    Ok(match filled {
        0 => format!("Nothing was empty. {} was not inserted", template.name),
        _ => format!("{} inserted", template.name),
    })
}

/// Calls, starts, or passes the token on.
async fn token(
    work: &mut Work,
    sitting: &Sitting,
    caller: Option<&Caller>,
    what: &str,
    form: &mut FormState,
) -> Result<String, Stopped> {
    let (Some(entry), version) = (sitting.entry_id, sitting.entry_version) else {
        return Err(Refused::Because("This patient has left the line.".into()).into());
    };
    let token = &sitting.visit.token;
    match (what, caller) {
        ("call", Some(caller)) => {
            let called = queue::call_one(work, caller, entry, version).await?;
            Ok(queue::used_up(&called).unwrap_or_else(|| format!("{token} called to {}", caller.place)))
        }
        ("start", _) => {
            queue::make_move(work, Move::Start, entry, version, "").await?;
            Ok(String::new())
        }
        ("pass", _) => {
            let to = form.value("to").to_owned();
            if to == queue::BACK {
                queue::send_back(work, entry, version).await?;
            } else if let Some((point, whom)) = Whom::read(&to) {
                queue::transfer(work, entry, version, point, whom).await?;
            } else {
                form.refuse("to", "Choose where the patient goes");
                return Ok(String::new());
            }
            Ok(format!("{token} passed on. Your draft stays"))
        }
        _ => {
            Err(Refused::Because("This button belongs to an older page. Open the page again.".into()).into())
        }
    }
}
