//! Diagnoses of visits.

use chrono::{DateTime, Utc};

use super::codes::Code;
use crate::access::model::AccountId;
use crate::consultation::model::NoteId;
use crate::db::{DbError, Store, Tx, sql};
use crate::diagnoses::model::{Certainty, CodeId, DiagnosisId, State};
use crate::patients::model::{PatientId, SealedVisits};
use crate::queue::model::VisitId;

/// A diagnosis as it was written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Diagnosis {
    pub id: DiagnosisId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub note_id: Option<NoteId>,
    pub code_id: Option<CodeId>,
    /// Empty for free text.
    pub code: String,
    pub system: String,
    pub term: String,
    pub plain_name: String,
    pub sensitive: bool,
    pub certainty: Certainty,
    pub is_main: bool,
    pub onset: String,
    pub state: State,
    pub recorded_by: AccountId,
    pub recorded_name: String,
    pub recorded_at: DateTime<Utc>,
    pub error_name: String,
    pub error_at: Option<DateTime<Utc>>,
    pub error_reason: String,
}

macro_rules! diagnoses {
    ($tail:literal) => {
        concat!(
            "select d.id, d.visit_id, d.patient_id, d.note_id, d.code_id, d.code, d.system, d.term, d.plain_name,
                d.sensitive, d.certainty, d.is_main, d.onset, d.state, d.recorded_by, d.recorded_name,
                coalesce(d.signed_at, d.recorded_at) as recorded_at, d.error_name, d.error_at, d.error_reason
             from diagnosis d where ",
            $tail
        )
    };
}

/// The drafts of an author on a visit; nobody else's.
pub async fn drafts(store: impl Store, visit: VisitId, author: AccountId) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.visit_id = $1 and d.recorded_by = $2 and d.state = 'draft' order by d.is_main desc, d.id"
    ))
    .bind(visit)
    .bind(author)
    .all(store)
    .await
}

/// What the consultation page shows of a visit: the drafts of an author, and what was signed and stands.
pub async fn on_page(
    store: impl Store,
    visit: VisitId,
    author: AccountId,
) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.visit_id = $1 and ((d.recorded_by = $2 and d.state = 'draft') or d.state = 'signed')
         order by d.is_main desc, d.id"
    ))
    .bind(visit)
    .bind(author)
    .all(store)
    .await
}

/// What was signed in a visit.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.visit_id = $1 and d.state <> 'draft'
         order by case when d.state = 'signed' then 0 else 1 end, d.is_main desc, d.id"
    ))
    .bind(visit)
    .all(store)
    .await
}

/// The problem list: of each term the newest that stands and was not ruled out later.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    sealed: &SealedVisits,
    limit: i64,
) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.patient_id = $1 and d.state = 'signed' and d.certainty <> 'ruled_out'
           and $3 not like '%,' || d.visit_id || ',%'
           and not exists (select 1 from diagnosis later where later.patient_id = d.patient_id
                and later.state = 'signed' and later.code = d.code and later.term = d.term and later.id > d.id
                and $3 not like '%,' || later.visit_id || ',%')
         order by d.id desc limit $2"
    ))
    .bind(patient)
    .bind(limit)
    .bind(sealed.visits())
    .all(store)
    .await
}

/// Everything that was ever signed for a patient, newest first.
pub async fn all_of_patient(
    store: impl Store,
    (patient, sealed): (PatientId, &SealedVisits),
    before: i64,
    limit: i64,
) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.patient_id = $1 and d.state <> 'draft' and d.id < $2 and $4 not like '%,' || d.visit_id || ',%'
         order by d.id desc limit $3"
    ))
    .bind(patient)
    .bind(before)
    .bind(limit)
    .bind(sealed.visits())
    .all(store)
    .await
}

/// What a patient reads of the own record.
pub async fn shared_with(store: impl Store, patient: PatientId) -> Result<Vec<Diagnosis>, DbError> {
    sql(diagnoses!(
        "d.patient_id = $1 and d.state = 'signed' and d.certainty <> 'ruled_out' order by d.id desc limit 2000"
    ))
    .bind(patient)
    .all(store)
    .await
}

/// One that was signed.
pub async fn by_id(store: impl Store, id: DiagnosisId) -> Result<Option<Diagnosis>, DbError> {
    sql(diagnoses!("d.id = $1 and d.state <> 'draft'")).bind(id).optional(store).await
}

/// What is about to be added: a term of a list, or free text.
#[derive(Debug, Clone)]
pub enum Found {
    /// A term.
    Code(Code),
    /// The doctor's own words.
    Free(String),
}

/// A draft that is about to be written.
#[derive(Debug)]
pub struct NewDraft<'a> {
    pub visit: VisitId,
    pub patient: PatientId,
    pub found: &'a Found,
    pub certainty: Certainty,
    pub onset: &'a str,
    pub by: AccountId,
    pub name: &'a str,
    pub at: DateTime<Utc>,
}

/// Writes a draft. The first one of a visit that is not ruled out is the main one.
///
/// # Errors
/// A violation of `diagnosis_visit_id_recorded_by_term_unique` when the same term is there already, of
/// `diagnosis_open_visit` when the visit is closed.
pub async fn insert(tx: &mut Tx, new: &NewDraft<'_>) -> Result<DiagnosisId, DbError> {
    let (id, system, code, term, plain, sensitive) = match new.found {
        Found::Code(code) => (
            Some(code.id),
            code.system.as_str(),
            code.code.as_str(),
            code.term.as_str(),
            code.plain_name.as_str(),
            code.sensitive,
        ),
        // Nobody has said that free text may be read by others.
        Found::Free(text) => (None, "", "", text.as_str(), text.as_str(), true),
    };
    sql("insert into diagnosis (visit_id, patient_id, code_id, system, code, term, plain_name, sensitive, certainty,
            is_main, onset, state, recorded_by, recorded_name, recorded_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, ($9 <> 'ruled_out' and not exists (select 1 from diagnosis d
            where d.visit_id = $1 and d.recorded_by = $11 and d.state = 'draft' and d.is_main)), $10, 'draft', $11, $12, $13
         returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(id)
    .bind(system)
    .bind(code)
    .bind(term)
    .bind(plain)
    .bind(sensitive)
    .bind(new.certainty)
    .bind(new.onset)
    .bind(new.by)
    .bind(new.name)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// Takes a draft of this author away; false when it is not there.
pub async fn remove(
    tx: &mut Tx,
    visit: VisitId,
    author: AccountId,
    id: DiagnosisId,
) -> Result<bool, DbError> {
    let gone =
        sql("delete from diagnosis where id = $1 and visit_id = $2 and recorded_by = $3 and state = 'draft'")
            .bind(id)
            .bind(visit)
            .bind(author)
            .run(tx)
            .await?;
    Ok(gone == 1)
}

/// Takes all drafts of this author away.
pub async fn discard(tx: &mut Tx, visit: VisitId, author: AccountId) -> Result<u64, DbError> {
    sql("delete from diagnosis where visit_id = $1 and recorded_by = $2 and state = 'draft'")
        .bind(visit)
        .bind(author)
        .run(tx)
        .await
}

/// Changes certainty and onset of a draft.
pub async fn change(
    tx: &mut Tx,
    (visit, author): (VisitId, AccountId),
    id: DiagnosisId,
    (certainty, onset): (Certainty, &str),
) -> Result<(), DbError> {
    sql("update diagnosis set certainty = $4, onset = $5, is_main = (is_main and $4 <> 'ruled_out')
         where id = $1 and visit_id = $2 and recorded_by = $3 and state = 'draft'")
    .bind(id)
    .bind(visit)
    .bind(author)
    .bind(certainty)
    .bind(onset)
    .run(tx)
    .await?;
    Ok(())
}

/// Makes one draft the main one: the wanted one if it is there and not ruled out, else the one that is, else the first.
pub async fn settle_main(
    tx: &mut Tx,
    visit: VisitId,
    author: AccountId,
    wanted: Option<DiagnosisId>,
) -> Result<(), DbError> {
    let drafts = drafts(&mut *tx, visit, author).await?;
    let fits = |draft: &&Diagnosis| draft.certainty != Certainty::RuledOut;
    let chosen = drafts.iter().filter(fits).find(|draft| Some(draft.id) == wanted);
    let chosen = chosen.or_else(|| drafts.iter().filter(fits).min_by_key(|draft| (!draft.is_main, draft.id)));
    let present = drafts.iter().find(|draft| draft.is_main).map(|draft| draft.id);
    let chosen = chosen.map(|draft| draft.id);
    if present == chosen {
        return Ok(());
    }
    for (id, main) in present.map(|id| (id, false)).into_iter().chain(chosen.map(|id| (id, true))) {
        sql("update diagnosis set is_main = $2 where id = $1 and state = 'draft'")
            .bind(id)
            .bind(main)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Makes the drafts of an author final, under a note.
pub async fn sign(
    tx: &mut Tx,
    visit: VisitId,
    author: AccountId,
    note: NoteId,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("update diagnosis set state = 'signed', note_id = $3, signed_at = $4
         where visit_id = $1 and recorded_by = $2 and state = 'draft'")
    .bind(visit)
    .bind(author)
    .bind(note)
    .bind(at)
    .run(tx)
    .await
}

/// Marks a signed one as entered in error; false when it is that already.
pub async fn enter_in_error(
    tx: &mut Tx,
    id: DiagnosisId,
    (by, name): (AccountId, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update diagnosis set state = 'entered_in_error', error_by = $2, error_name = $3, error_at = $4,
            error_reason = $5 where id = $1 and state = 'signed'")
        .bind(id)
        .bind(by)
        .bind(name)
        .bind(at)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(changed == 1)
}
