//! Procedures of visits.

use chrono::{DateTime, Utc};

use super::kinds::Kind;
use crate::access::model::AccountId;
use crate::consultation::model::NoteId;
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::procedures::model::{KindId, ProcedureId, State, Supply};
use crate::queue::model::VisitId;

/// A procedure of a visit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Procedure {
    pub id: ProcedureId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub kind_id: KindId,
    pub name: String,
    pub plain_name: String,
    /// Kobo, as it was when planned.
    pub price: i64,
    pub needs_consent: bool,
    pub sensitive: bool,
    pub instruction: String,
    pub state: State,
    pub planned_by: AccountId,
    pub planned_name: String,
    pub planned_at: DateTime<Utc>,
    pub done_name: String,
    pub done_at: Option<DateTime<Utc>>,
    pub outcome: String,
    pub consent_by: String,
    pub consent_at: Option<DateTime<Utc>>,
    pub ended_name: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub version: i64,
    /// What was used, in words, with `|` between.
    pub used: String,
}

macro_rules! procedures {
    ($tail:literal) => {
        concat!(
            "select p.id, p.visit_id, p.patient_id, p.kind_id, p.name, p.plain_name, p.price, p.needs_consent,
                p.sensitive, p.instruction, p.state, p.planned_by, p.planned_name, p.planned_at, p.done_name, p.done_at,
                p.outcome, p.consent_by, p.consent_at, p.ended_name, p.ended_at, p.reason, p.version,
                coalesce((select string_agg(u.item || ': ' || u.quantity || ' ' || u.unit, '|' order by u.id)
                    from procedure_used u where u.procedure_id = p.id), '') as used
             from visit_procedure p where ",
            $tail
        )
    };
}

/// What a doctor sees on the consultation page: the own drafts, and everything of the visit that was planned.
pub async fn around(store: impl Store, visit: VisitId, author: AccountId) -> Result<Vec<Procedure>, DbError> {
    sql(procedures!("p.visit_id = $1 and (p.state <> 'draft' or p.planned_by = $2) order by p.id"))
        .bind(visit)
        .bind(author)
        .all(store)
        .await
}

/// The drafts of an author.
pub async fn drafts(store: impl Store, visit: VisitId, author: AccountId) -> Result<Vec<Procedure>, DbError> {
    sql(procedures!("p.visit_id = $1 and p.planned_by = $2 and p.state = 'draft' order by p.id"))
        .bind(visit)
        .bind(author)
        .all(store)
        .await
}

/// Everything of a visit but drafts, what is to be done first.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Procedure>, DbError> {
    sql(procedures!(
        "p.visit_id = $1 and p.state <> 'draft'
         order by case when p.state = 'planned' then 0 else 1 end, p.id"
    ))
    .bind(visit)
    .all(store)
    .await
}

/// What was done in a patient's visits, newest first; for the own record.
pub async fn done_for(store: impl Store, patient: PatientId) -> Result<Vec<Procedure>, DbError> {
    sql(procedures!("p.patient_id = $1 and p.state = 'done' order by p.id desc limit 2000"))
        .bind(patient)
        .all(store)
        .await
}

/// One that is no draft.
pub async fn by_id(store: impl Store, id: ProcedureId) -> Result<Option<Procedure>, DbError> {
    sql(procedures!("p.id = $1 and p.state <> 'draft'")).bind(id).optional(store).await
}

/// Puts one into a visit, as a draft or planned at once.
#[derive(Debug)]
pub struct NewProcedure<'a> {
    pub visit: VisitId,
    pub patient: PatientId,
    pub kind: &'a Kind,
    pub instruction: &'a str,
    pub state: State,
    pub by: AccountId,
    pub name: &'a str,
    pub at: DateTime<Utc>,
}

/// Writes it, with name and price as they are now.
///
/// # Errors
/// A violation of `visit_procedure_open_visit` when the visit is closed.
pub async fn insert(tx: &mut Tx, new: &NewProcedure<'_>) -> Result<ProcedureId, DbError> {
    sql("insert into visit_procedure (visit_id, patient_id, kind_id, name, plain_name, price, needs_consent, sensitive,
            instruction, state, planned_by, planned_name, planned_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.kind.id)
    .bind(&new.kind.name)
    .bind(&new.kind.plain_name)
    .bind(new.kind.price)
    .bind(new.kind.consent)
    .bind(new.kind.sensitive)
    .bind(new.instruction)
    .bind(new.state)
    .bind(new.by)
    .bind(new.name)
    .bind(new.at)
    .scalar(tx)
    .await
}

/// Changes what a draft says to whoever does it.
pub async fn instruct(
    tx: &mut Tx,
    (visit, author): (VisitId, AccountId),
    id: ProcedureId,
    instruction: &str,
) -> Result<(), DbError> {
    sql("update visit_procedure set instruction = $4
         where id = $1 and visit_id = $2 and planned_by = $3 and state = 'draft'")
    .bind(id)
    .bind(visit)
    .bind(author)
    .bind(instruction)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes a draft away.
pub async fn remove(tx: &mut Tx, visit: VisitId, author: AccountId, id: ProcedureId) -> Result<u64, DbError> {
    sql("delete from visit_procedure where id = $1 and visit_id = $2 and planned_by = $3 and state = 'draft'")
        .bind(id)
        .bind(visit)
        .bind(author)
        .run(tx)
        .await
}

/// Takes all drafts of an author away.
pub async fn discard(tx: &mut Tx, visit: VisitId, author: AccountId) -> Result<u64, DbError> {
    sql("delete from visit_procedure where visit_id = $1 and planned_by = $2 and state = 'draft'")
        .bind(visit)
        .bind(author)
        .run(tx)
        .await
}

/// Plans the drafts of an author, under a note.
pub async fn plan(
    tx: &mut Tx,
    (visit, author): (VisitId, AccountId),
    note: NoteId,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("update visit_procedure set state = 'planned', note_id = $3, planned_at = $4, version = version + 1
         where visit_id = $1 and planned_by = $2 and state = 'draft'")
    .bind(visit)
    .bind(author)
    .bind(note)
    .bind(at)
    .run(tx)
    .await
}

/// What is said when it is done.
#[derive(Debug)]
pub struct Doing<'a> {
    pub by: AccountId,
    pub name: &'a str,
    pub outcome: &'a str,
    pub consent: Option<(&'a str, DateTime<Utc>)>,
    pub at: DateTime<Utc>,
}

/// Records that it was done, if it is still planned at this version.
///
/// # Errors
/// A violation of `visit_procedure_consent` when consent is needed and not there.
pub async fn done(tx: &mut Tx, id: ProcedureId, version: i64, doing: &Doing<'_>) -> Result<bool, DbError> {
    let changed =
        sql("update visit_procedure set state = 'done', done_by = $3, done_name = $4, done_at = $5,
            outcome = $6, consent_by = $7, consent_at = $8, version = version + 1
         where id = $1 and version = $2 and state = 'planned'")
        .bind(id)
        .bind(version)
        .bind(doing.by)
        .bind(doing.name)
        .bind(doing.at)
        .bind(doing.outcome)
        .bind(doing.consent.map_or("", |(who, _)| who))
        .bind(doing.consent.map(|(_, at)| at))
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Writes down what was used.
pub async fn use_up(tx: &mut Tx, id: ProcedureId, used: &[Supply]) -> Result<(), DbError> {
    const USED: Table =
        Table { name: "procedure_used", columns: &["procedure_id", "item", "quantity", "unit"] };
    let row = |supply: &Supply| {
        vec![id.into(), supply.item.as_str().into(), supply.quantity.into(), supply.unit.as_str().into()]
    };
    bulk::insert(tx, USED, &mut used.iter().map(row).collect()).await
}

/// Ends it with a reason: what was planned is cancelled, what was done was entered in error.
pub async fn end(
    tx: &mut Tx,
    (id, from, to): (ProcedureId, State, State),
    (by, name): (AccountId, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql(
        "update visit_procedure set state = $3, ended_by = $4, ended_name = $5, ended_at = $6, reason = $7,
            version = version + 1 where id = $1 and state = $2",
    )
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(by)
    .bind(name)
    .bind(at)
    .bind(reason)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
