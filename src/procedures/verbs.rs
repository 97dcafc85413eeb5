//! Planning, doing, cancelling. Each runs in one unit of work with its trail; the trail carries no names of procedures,
//! because administrators read it (rule A1).

use chrono::{DateTime, Utc};

use super::model::{ProcedureId, State, Supply};
use super::store::kinds::Kind;
use super::store::procedures::{self, Doing, NewProcedure, Procedure};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::billing::model::ChargeKind;
use crate::billing::{self, NewCharge};
use crate::db::DbError;
use crate::live::Topic;
use crate::queue::Visit;
use crate::stock;
use crate::work::{Refused, Work};

/// Whose work it is.
pub fn author(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}

fn trail(action: &'static str, procedure: &Procedure) -> Entry {
    Entry::new(action, "visit_procedure", procedure.id.0)
        .of_patient(procedure.patient_id.0)
        .with("visit", procedure.visit_id.0)
}

/// What a procedure costs, in words that say nothing of what is sensitive (rule A1).
fn cost<'a>(procedure: &Procedure, label: &'a str) -> NewCharge<'a> {
    NewCharge {
        visit: procedure.visit_id,
        patient: procedure.patient_id,
        kind: ChargeKind::Procedure,
        service: procedure.kind_id.0,
        source: procedure.id.0,
        label,
        quantity: 1,
        unit_price: procedure.price,
    }
}

fn label(procedure: &Procedure) -> String {
    if procedure.sensitive { "Procedure".to_owned() } else { format!("Procedure: {}", procedure.name) }
}

/// What is planned and paid first waits at the cashier at once.
pub async fn ask_payment(work: &mut Work, id: ProcedureId) -> Result<(), Refused> {
    let Some(planned) = procedures::by_id(work.tx(), id).await? else { return Ok(()) };
    billing::plan(work, &cost(&planned, &label(&planned))).await
}

/// Puts a procedure into a visit: a draft of its author, or planned at once by whoever is about to do it.
pub async fn put(
    work: &mut Work,
    visit: &Visit,
    kind: &Kind,
    (instruction, state): (&str, State),
) -> Result<ProcedureId, Refused> {
    let (by, name, at) = (author(work)?, work.doer().name.clone(), work.now());
    let patient = visit.patient_id;
    let new = NewProcedure { visit: visit.id, patient, kind, instruction, state, by, name: &name, at };
    let id = procedures::insert(work.tx(), &new).await.map_err(in_words)?;
    if state == State::Planned {
        let entry = Entry::new("procedure.planned", "visit_procedure", id.0);
        work.audit(entry.of_patient(patient.0).with("visit", visit.id.0)).await?;
        work.tell(Topic::Visit(visit.id.0));
        ask_payment(work, id).await?;
    }
    Ok(id)
}

/// What was done, and with what.
#[derive(Debug)]
pub struct Report<'a> {
    /// The version that was seen.
    pub version: i64,
    /// How it went.
    pub outcome: &'a str,
    /// Who consented, and when.
    pub consent: Option<(&'a str, DateTime<Utc>)>,
    /// What was really used.
    pub used: &'a [Supply],
}

/// Records a planned procedure as done.
pub async fn done(work: &mut Work, procedure: &Procedure, report: &Report<'_>) -> Result<(), Refused> {
    let (by, name, at) = (author(work)?, work.doer().name.clone(), work.now());
    let doing = Doing { by, name: &name, outcome: report.outcome, consent: report.consent, at };
    let done = procedures::done(work.tx(), procedure.id, report.version, &doing).await;
    if !done.map_err(in_words)? {
        return Err(meanwhile());
    }
    procedures::use_up(work.tx(), procedure.id, report.used).await?;
    let used: Vec<(&str, i64)> = report.used.iter().map(|one| (one.item.as_str(), one.quantity)).collect();
    stock::use_for_procedure(work, procedure.id.0, &used).await?;
    billing::charge(work, &cost(procedure, &label(procedure))).await?;
    work.audit(trail("procedure.done", procedure).with("items", report.used.len() as i64)).await?;
    work.tell(Topic::Visit(procedure.visit_id.0));
    Ok(())
}

/// Cancels what was planned, or marks what was done as entered in error.
pub async fn end(work: &mut Work, procedure: &Procedure, to: State, reason: &str) -> Result<(), Refused> {
    let (by, name, at) = (author(work)?, work.doer().name.clone(), work.now());
    let (from, action) = match to {
        State::Cancelled => (State::Planned, "procedure.cancelled"),
        State::EnteredInError => (State::Done, "procedure.entered_in_error"),
        State::Draft | State::Planned | State::Done => return Err(Refused::NotFound),
    };
    if !procedures::end(work.tx(), (procedure.id, from, to), (by, &name), reason, at).await? {
        return Err(meanwhile());
    }
    if to == State::EnteredInError {
        stock::undo_procedure(work, procedure.id.0, reason).await?;
    }
    billing::withdraw(work, ChargeKind::Procedure, procedure.id.0, to.label()).await?;
    work.audit(trail(action, procedure)).await?;
    work.tell(Topic::Visit(procedure.visit_id.0));
    Ok(())
}

fn meanwhile() -> Refused {
    Refused::Because(
        "A colleague changed this procedure a moment ago. Open it again to see how it stands.".into(),
    )
}

/// The sentence of what the tables refused.
pub fn in_words(error: DbError) -> Refused {
    let sentence = if error.violates("visit_procedure_open_visit") {
        "This visit is closed. A procedure belongs to a visit that is open."
    } else if error.violates("visit_procedure_consent") {
        "This procedure needs a consent. Record who consented and when."
    } else {
        return error.into();
    };
    Refused::Because(sentence.to_owned())
}
