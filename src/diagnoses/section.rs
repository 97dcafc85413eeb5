//! The part of the consultation page where the doctor says what it is.

use super::model::{Certainty, CodeId, DiagnosisId, State};
use super::store::codes::{self, Code};
use super::store::diagnoses::{self, Diagnosis, Found};
use super::verbs::{self, Meant, author};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::consultation::model::NoteId;
use crate::db::{Db, DbError};
use crate::live::Topic;
use crate::queue::Visit;
use crate::web::FormState;
use crate::web::form::LINE;
use crate::work::{Refused, Work};

/// Own frequent terms that are offered by one press.
const FREQUENT: i64 = 8;
/// Longest free text and onset, in characters.
const ONSET: usize = 60;

/// What the page shows: the author's drafts on this visit, and what to choose from.
#[derive(Debug, Default)]
pub struct Section {
    /// The drafts, the main one first.
    pub drafts: Vec<Diagnosis>,
    /// What anybody signed in this visit and stands.
    pub signed: Vec<Diagnosis>,
    /// What the author uses most and has not chosen yet.
    pub frequent: Vec<Code>,
    /// What fits the typed text, when several do.
    pub choices: Vec<Code>,
}

impl Section {
    /// The certainties with their words.
    pub fn certainties(&self) -> Vec<(&'static str, &'static str)> {
        Certainty::choices()
    }

    /// The certainty of a draft as it stands in the form, or else in the table.
    pub fn is(&self, form: &FormState, draft: &Diagnosis, certainty: &str) -> bool {
        let typed = form.value(format!("dx_certainty_{}", draft.id));
        if typed.is_empty() { draft.certainty.as_str() == certainty } else { typed == certainty }
    }

    /// Since when, as it stands in the form, or else in the table.
    pub fn onset<'a>(&self, form: &'a FormState, draft: &'a Diagnosis) -> &'a str {
        let name = format!("dx_onset_{}", draft.id);
        if form.pairs().any(|(field, _)| field == name) { form.value(name) } else { &draft.onset }
    }

    /// Whether a draft is the main one in the form, or else in the table.
    pub fn is_main(&self, form: &FormState, draft: &Diagnosis) -> bool {
        let typed = form.value("dx_main");
        if typed.is_empty() { draft.is_main } else { typed == draft.id.to_string() }
    }

    /// Whether free text is offered: nothing fits what was typed.
    pub fn offers_free(&self, form: &FormState) -> bool {
        form.chosen("dx_free", "yes")
            || (form.error("dx_term").is_some() && !form.value("dx_term").is_empty())
    }
}

/// What the page shows; two questions to the database, three where several terms fit.
pub async fn section(db: &Db, visit: &Visit, by: AccountId, form: &FormState) -> Result<Section, DbError> {
    let all = diagnoses::on_page(db, visit.id, by).await?;
    let (drafts, signed): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.state == State::Draft);
    let mut frequent = codes::frequent(db, by, FREQUENT + drafts.len() as i64).await?;
    frequent.retain(|code| !drafts.iter().any(|draft| draft.code_id == Some(code.id)));
    frequent.truncate(FREQUENT as usize);
    let choices = match form.error("dx_choice") {
        None => Vec::new(),
        Some(_) => verbs::choices(db, by, form.value("dx_term")).await?,
    };
    Ok(Section { drafts, signed, frequent, choices })
}

/// Keeps what stands in the rows of the form: certainty, onset, which is the main one.
pub async fn save(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let by = author(work)?;
    let drafts = diagnoses::drafts(work.tx(), visit.id, by).await?;
    for draft in &drafts {
        let certainty = form.value(format!("dx_certainty_{}", draft.id)).parse().unwrap_or(draft.certainty);
        let field = format!("dx_onset_{}", draft.id);
        let sent = form.pairs().any(|(name, _)| name == field);
        let onset = if sent { form.optional_text(&field, ONSET) } else { draft.onset.clone() };
        if form.error(&field).is_none()
            && (certainty, onset.as_str()) != (draft.certainty, draft.onset.as_str())
        {
            diagnoses::change(work.tx(), (visit.id, by), draft.id, (certainty, &onset)).await?;
        }
    }
    if !drafts.is_empty() {
        let wanted = form.value("dx_main").parse::<DiagnosisId>().ok();
        diagnoses::settle_main(work.tx(), visit.id, by, wanted).await?;
    }
    Ok(())
}

/// One step, after [`save`]: `add`, `pick.17` (a frequent term), `remove.17`.
pub async fn step(work: &mut Work, visit: &Visit, rest: &str, form: &mut FormState) -> Result<(), Refused> {
    match rest.split_once('.') {
        None if rest == "add" => add(work, visit, form).await,
        Some(("pick", id)) => {
            let id = id.parse::<CodeId>().map_err(|_| Refused::NotFound)?;
            let found = verbs::chosen(work, id).await?;
            put(work, visit, &found, form).await
        }
        Some(("remove", id)) => {
            let id = id.parse::<DiagnosisId>().map_err(|_| Refused::NotFound)?;
            let by = author(work)?;
            // A second press finds it gone, which is what it wanted.
            diagnoses::remove(work.tx(), visit.id, by, id).await?;
            Ok(diagnoses::settle_main(work.tx(), visit.id, by, None).await?)
        }
        None | Some(_) => Err(Refused::NotFound),
    }
}

async fn add(work: &mut Work, visit: &Visit, form: &mut FormState) -> Result<(), Refused> {
    let typed = form.text("dx_term", "Enter a diagnosis, or a part of its name", LINE);
    if form.error("dx_term").is_some() {
        return Ok(());
    }
    if let Ok(id) = form.value("dx_choice").parse::<CodeId>() {
        let found = verbs::chosen(work, id).await?;
        return put(work, visit, &found, form).await;
    }
    let by = author(work)?;
    let found = match verbs::meant(work.tx(), by, &typed).await? {
        Meant::One(code) => Found::Code(code),
        Meant::Several(_) if form.chosen("dx_free", "yes") => Found::Free(typed),
        Meant::Nothing if form.chosen("dx_free", "yes") => Found::Free(typed),
        Meant::Several(_) => {
            form.refuse("dx_choice", "Several diagnoses fit. Choose one and press Add again");
            return Ok(());
        }
        Meant::Nothing => {
            form.refuse(
                "dx_term",
                "No diagnosis of the lists fits. Try another word, or keep it as free text",
            );
            return Ok(());
        }
    };
    put(work, visit, &found, form).await
}

async fn put(work: &mut Work, visit: &Visit, found: &Found, form: &mut FormState) -> Result<(), Refused> {
    let certainty = form.value("dx_certainty").parse().unwrap_or(Certainty::Suspected);
    match verbs::add(work, visit, found, (certainty, "")).await? {
        Ok(()) => {
            for field in ["dx_term", "dx_choice", "dx_free", "dx_certainty"] {
                form.set(field, "");
            }
        }
        Err(fault) => form.refuse("dx_term", fault.to_string()),
    }
    Ok(())
}

/// Makes the author's drafts final under `note`, after [`save`]. What was typed and not added is asked about.
pub async fn sign(
    work: &mut Work,
    visit: &Visit,
    note: NoteId,
    form: &mut FormState,
) -> Result<usize, Refused> {
    if !form.value("dx_term").trim().is_empty() {
        form.refuse("dx_term", "This diagnosis is not added yet. Add it, or empty the field");
        return Ok(0);
    }
    let (by, at) = (author(work)?, work.now());
    let drafts = diagnoses::drafts(work.tx(), visit.id, by).await?;
    if drafts.is_empty() {
        return Ok(0);
    }
    let signed = diagnoses::sign(work.tx(), visit.id, by, note, at).await?;
    let codes: Vec<CodeId> = drafts.iter().filter_map(|draft| draft.code_id).collect();
    codes::used(work.tx(), by, &codes, at).await?;
    let entry = Entry::new("diagnosis.signed", "visit", visit.id.0)
        .of_patient(visit.patient_id.0)
        .with("note", note.0)
        .with("diagnoses", signed as i64);
    work.audit(entry).await?;
    work.tell(Topic::Visit(visit.id.0));
    Ok(drafts.len())
}

/// Throws the author's drafts of the visit away.
pub async fn discard(work: &mut Work, visit: &Visit) -> Result<(), Refused> {
    let by = author(work)?;
    diagnoses::discard(work.tx(), visit.id, by).await?;
    Ok(())
}
