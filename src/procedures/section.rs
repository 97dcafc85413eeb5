//! The part of the consultation page where procedures are planned.

use super::model::{KindId, ProcedureId, State, fits};
use super::store::kinds::{self, Kind};
use super::store::procedures::{self, Procedure};
use super::verbs::{self, author};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::consultation::model::NoteId;
use crate::db::{Db, DbError};
use crate::live::Topic;
use crate::patients::model::words_of;
use crate::queue::Visit;
use crate::web::FormState;
use crate::web::form::LINE;
use crate::work::{Refused, Work};

/// Procedures of one visit.
const MOST: usize = 30;
/// What is offered when several fit.
const CHOICES: usize = 8;
/// Longest instruction, in characters.
const INSTRUCTION: usize = 200;

/// What the page shows: the author's drafts, what stands already, and what to choose from.
#[derive(Debug, Default)]
pub struct Section {
    /// The author's drafts.
    pub drafts: Vec<Procedure>,
    /// What was planned or done in this visit.
    pub standing: Vec<Procedure>,
    /// What fits the typed text, when several do.
    pub choices: Vec<Kind>,
}

impl Section {
    /// What a draft says to whoever does it: as it stands in the form, or else in the table.
    pub fn instruction<'a>(&self, form: &'a FormState, draft: &'a Procedure) -> &'a str {
        let name = format!("pr_instruction_{}", draft.id);
        form.sent(&name).unwrap_or(&draft.instruction)
    }

    /// What everything that is not cancelled costs.
    pub fn total(&self) -> String {
        let counts = |one: &&Procedure| !matches!(one.state, State::Cancelled | State::EnteredInError);
        let kobo: i64 = self.drafts.iter().chain(&self.standing).filter(counts).map(|one| one.price).sum();
        crate::billing::model::naira(kobo)
    }
}

/// What the page shows, by one question to the database; two where several fit.
pub async fn section(db: &Db, visit: &Visit, by: AccountId, form: &FormState) -> Result<Section, DbError> {
    let all = procedures::around(db, visit.id, by).await?;
    let (drafts, standing) = all.into_iter().partition(|one| one.state == State::Draft);
    let choices = match form.error("pr_choice") {
        None => Vec::new(),
        Some(_) => found(kinds::all(db).await?, form.value("pr_name")),
    };
    Ok(Section { drafts, standing, choices })
}

/// What fits a typed text; exactly one where the text is its name.
pub fn found(kinds: Vec<Kind>, typed: &str) -> Vec<Kind> {
    let typed = typed.trim();
    let words = words_of(typed);
    let offered: Vec<Kind> = kinds.into_iter().filter(|kind| kind.active && !words.is_empty()).collect();
    if let Some(one) = offered.iter().find(|kind| kind.name.to_lowercase() == typed.to_lowercase()) {
        return vec![one.clone()];
    }
    let mut all: Vec<Kind> = offered.into_iter().filter(|kind| fits(&kind.search_words, &words)).collect();
    // What begins with the first word stands before what only holds it.
    all.sort_by_key(|kind| !words.first().is_some_and(|word| kind.search_words.starts_with(word.as_str())));
    all
}

/// Keeps what stands in the rows of the form.
pub async fn save(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let by = author(work)?;
    for draft in procedures::drafts(work.tx(), visit.id, by).await? {
        let field = format!("pr_instruction_{}", draft.id);
        if form.sent(&field).is_none() {
            continue;
        }
        let instruction = form.optional_text(&field, INSTRUCTION);
        if form.error(&field).is_none() && instruction != draft.instruction {
            procedures::instruct(work.tx(), (visit.id, by), draft.id, &instruction).await?;
        }
    }
    Ok(())
}

/// One step, after [`save`]: `add`, `remove.17`.
pub async fn step(work: &mut Work, visit: &Visit, rest: &str, form: &mut FormState) -> Result<(), Refused> {
    match rest.split_once('.') {
        None if rest == "add" => add(work, visit, form).await,
        Some(("remove", id)) => {
            let id = id.parse::<ProcedureId>().map_err(|_| Refused::NotFound)?;
            let by = author(work)?;
            // A second press finds it gone, which is what it wanted.
            procedures::remove(work.tx(), visit.id, by, id).await?;
            Ok(())
        }
        None | Some(_) => Err(Refused::NotFound),
    }
}

async fn add(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let typed = form.text("pr_name", "Enter a procedure, or a part of its name", LINE);
    if form.error("pr_name").is_some() {
        return Ok(());
    }
    let all = kinds::all(work.tx()).await?;
    let chosen = form.value("pr_choice").parse::<KindId>().ok();
    let mut fitting = match chosen {
        Some(id) => all.into_iter().filter(|kind| kind.id == id && kind.active).collect(),
        None => found(all, &typed),
    };
    match fitting.len() {
        0 => form.refuse("pr_name", format!("No procedure is called “{typed}”. Try another word")),
        1 => {
            let by = author(work)?;
            if procedures::drafts(work.tx(), visit.id, by).await?.len() >= MOST {
                form.refuse("pr_name", "A visit takes at most 30 procedures. Remove one first");
                return Ok(());
            }
            verbs::put(work, visit, &fitting.remove(0), ("", State::Draft)).await?;
            form.set("pr_name", "");
            form.set("pr_choice", "");
        }
        2..=CHOICES => form.refuse("pr_choice", "Several procedures fit. Choose one and press Add again"),
        _ => form.refuse("pr_name", "Many procedures fit. Enter one more word of its name"),
    }
    Ok(())
}

/// Plans the author's drafts under `note`, after [`save`]. What was typed and not added is asked about.
pub async fn sign(
    work: &mut Work,
    visit: &Visit,
    note: NoteId,
    form: &mut FormState,
) -> Result<usize, Refused> {
    if !form.value("pr_name").trim().is_empty() {
        form.refuse("pr_name", "This procedure is not added yet. Add it, or empty the field");
        return Ok(0);
    }
    let (by, at) = (author(work)?, work.now());
    let drafts = procedures::drafts(work.tx(), visit.id, by).await?;
    let planned = procedures::plan(work.tx(), (visit.id, by), note, at).await.map_err(verbs::in_words)?;
    for draft in &drafts {
        verbs::ask_payment(work, draft.id).await?;
    }
    if planned > 0 {
        let entry = Entry::new("procedure.planned", "visit", visit.id.0)
            .of_patient(visit.patient_id.0)
            .with("note", note.0)
            .with("procedures", planned as i64);
        work.audit(entry).await?;
        work.tell(Topic::Visit(visit.id.0));
    }
    Ok(planned as usize)
}

/// Throws the author's drafts of the visit away.
pub async fn discard(work: &mut Work, visit: &Visit) -> Result<(), Refused> {
    let by = author(work)?;
    procedures::discard(work.tx(), visit.id, by).await?;
    Ok(())
}
