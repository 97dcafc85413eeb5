//! Finding what was meant, adding it to the drafts, marking what was wrong.

use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::db::{Db, DbError, Store, Tx};
use crate::diagnoses::model::{Certainty, CodeId, DiagnosisId, asked, read_label};
use crate::diagnoses::store::codes::{self, Code};
use crate::diagnoses::store::diagnoses::{self, Diagnosis, Found, NewDraft};
use crate::live::Topic;
use crate::queue::Visit;
use crate::work::{Refused, Work};

/// Diagnoses of one visit by one author.
pub const MOST: usize = 20;
/// What is offered at once when several fit.
pub const CHOICES: i64 = 8;

/// What a typed text stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// Exactly this.
    One(Code),
    /// One of these.
    Several(Vec<Code>),
    /// Nothing of the lists.
    Nothing,
}

/// Why a diagnosis was not added; each belongs to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The same is there.
    #[error("This diagnosis is here already. Change it where it stands")]
    Twice,
    /// Too many.
    #[error("A visit takes at most 20 diagnoses. Remove one first")]
    TooMany,
}

/// The same search over a reader and inside a transaction.
macro_rules! meant {
    ($store:expr, $account:expr, $typed:expr) => {{
        let typed: &str = $typed.trim();
        if let Some((term, code)) = read_label(typed)
            && let Some(one) =
                codes::by_code($store, $account, code).await?.into_iter().find(|one| one.term == term)
        {
            return Ok(Meant::One(one));
        }
        if typed.len() <= 12 && typed.bytes().any(|byte| byte.is_ascii_digit()) {
            let all = codes::by_code($store, $account, typed).await?;
            if !all.is_empty() {
                return Ok(one_or_more(all));
            }
        }
        let found = codes::find($store, $account, (typed, &asked(typed)), CHOICES).await?;
        let mut same = found.iter().filter(|one| one.term.to_lowercase() == typed.to_lowercase());
        match (same.next(), same.next()) {
            (Some(one), None) => Ok(Meant::One(one.clone())),
            _ => Ok(one_or_more(found)),
        }
    }};
}

/// What `typed` stands for: a chosen term with its code, a code, a term or a synonym in any order of words.
pub async fn meant(tx: &mut Tx, account: AccountId, typed: &str) -> Result<Meant, DbError> {
    meant!(&mut *tx, account, typed)
}

/// What is offered when several fit.
pub async fn choices(db: &Db, account: AccountId, typed: &str) -> Result<Vec<Code>, DbError> {
    let meant: Result<Meant, DbError> = async { meant!(db, account, typed) }.await;
    Ok(match meant? {
        Meant::One(one) => vec![one],
        Meant::Several(all) => all,
        Meant::Nothing => Vec::new(),
    })
}

fn one_or_more(mut all: Vec<Code>) -> Meant {
    match (all.len(), all.pop()) {
        (_, None) => Meant::Nothing,
        (1, Some(one)) => Meant::One(one),
        (_, Some(last)) => {
            all.push(last);
            Meant::Several(all)
        }
    }
}

/// What fits a few typed letters, best first.
pub async fn suggested(
    store: impl Store,
    account: AccountId,
    typed: &str,
    limit: i64,
) -> Result<Vec<Code>, DbError> {
    codes::find(store, account, (typed, &asked(typed)), limit).await
}

/// Whose drafts a unit of work is about.
pub fn author(work: &Work) -> Result<AccountId, Refused> {
    work.doer().account_id.map(AccountId).ok_or_else(|| Refused::Because("Sign in to do this.".to_owned()))
}

/// Adds a draft; the fault says what to mend.
pub async fn add(
    work: &mut Work,
    visit: &Visit,
    found: &Found,
    (certainty, onset): (Certainty, &str),
) -> Result<Result<(), Fault>, Refused> {
    let (by, name, at) = (author(work)?, work.doer().name.clone(), work.now());
    let drafts = diagnoses::drafts(work.tx(), visit.id, by).await?;
    let same = |draft: &Diagnosis| match found {
        Found::Code(code) => draft.code == code.code && draft.term == code.term,
        Found::Free(text) => draft.code.is_empty() && draft.term == *text,
    };
    if drafts.iter().any(same) {
        return Ok(Err(Fault::Twice));
    }
    if drafts.len() >= MOST {
        return Ok(Err(Fault::TooMany));
    }
    let patient = visit.patient_id;
    let new = NewDraft { visit: visit.id, patient, found, certainty, onset, by, name: &name, at };
    diagnoses::insert(work.tx(), &new).await.map_err(in_words)?;
    Ok(Ok(()))
}

/// A term of the lists by its id.
pub async fn chosen(work: &mut Work, id: CodeId) -> Result<Found, Refused> {
    codes::by_id(work.tx(), id).await?.map(Found::Code).ok_or(Refused::NotFound)
}

/// Marks a signed diagnosis as entered in error; it stays readable with the reason.
pub async fn enter_in_error(work: &mut Work, diagnosis: &Diagnosis, reason: &str) -> Result<(), Refused> {
    let (by, name, at) = (author(work)?, work.doer().name.clone(), work.now());
    let id: DiagnosisId = diagnosis.id;
    if !diagnoses::enter_in_error(work.tx(), id, (by, &name), reason, at).await? {
        return Err(Refused::Because("This was marked as entered in error already.".to_owned()));
    }
    let entry = Entry::new("diagnosis.entered_in_error", "diagnosis", id.0)
        .of_patient(diagnosis.patient_id.0)
        .with("visit", diagnosis.visit_id.0);
    work.audit(entry).await?;
    work.tell(Topic::Visit(diagnosis.visit_id.0));
    Ok(())
}

fn in_words(error: DbError) -> Refused {
    if error.violates("diagnosis_open_visit") {
        return Refused::Because(
            "This visit is closed. A diagnosis belongs to a visit that is open.".to_owned(),
        );
    }
    error.into()
}
