//! Notes: drafts, signatures, addenda, errors.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::{NoteId, NoteKind, NoteState, Parts, Together};
use crate::db::{DbError, Store, Tx, moment, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A note.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// Of which visit.
    pub visit_id: VisitId,
    /// About whom.
    pub patient_id: PatientId,
    /// Who wrote it.
    pub author_id: AccountId,
    /// Their name at that time.
    pub author_name: String,
    /// What kind it is.
    pub kind: NoteKind,
    /// Where it stands.
    pub state: NoteState,
    /// The text; empty where it is somebody else's draft.
    pub parts: Parts,
    /// What it adds to.
    pub amends_id: Option<NoteId>,
    /// Why it was added.
    pub reason: String,
    /// When the writing began.
    #[serde(deserialize_with = "moment::at")]
    pub started_at: DateTime<Utc>,
    /// Of which moment it tells.
    #[serde(deserialize_with = "moment::at")]
    pub clinical_at: DateTime<Utc>,
    /// When it was saved last.
    #[serde(deserialize_with = "moment::at")]
    pub saved_at: DateTime<Utc>,
    /// When it was signed.
    #[serde(deserialize_with = "moment::maybe_at")]
    pub signed_at: Option<DateTime<Utc>>,
    /// When somebody else took the visit over.
    pub set_aside_at: Option<DateTime<Utc>>,
    /// Who.
    pub set_aside_name: String,
    /// When it was discarded, or said to be entered in error.
    pub ended_at: Option<DateTime<Utc>>,
    /// By whom.
    pub ended_name: String,
    /// Why.
    pub ended_reason: String,
    /// The page that saved it last.
    pub tab: String,
    /// How often that page had saved it.
    pub turn: i64,
    /// Goes up with every change.
    pub version: i64,
}

impl Note {
    /// Whether it is a draft that somebody else has taken the visit from.
    pub fn is_set_aside(&self) -> bool {
        self.state == NoteState::Draft && self.set_aside_at.is_some()
    }

    /// When it was written, where that is later than the moment of which it tells (rule V4).
    pub fn written_later(&self) -> Option<DateTime<Utc>> {
        let written = self.signed_at.unwrap_or(self.started_at);
        (self.started_at > self.clinical_at).then_some(written)
    }
}

/// The columns of a [`Note`]; $1 is whoever reads, to whom the drafts of others stay empty.
macro_rules! notes {
    ($tail:literal) => {
        concat!(
            "select n.id, n.visit_id, n.patient_id, n.author_id, n.author_name, n.kind, n.state,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.complaint end as complaint,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.history end as history,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.examination end as examination,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.assessment end as assessment,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.plan end as plan,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.follow_up end as follow_up,
                case when n.state = 'draft' and n.author_id <> $1 then '' else n.advice end as advice,
                n.amends_id, n.reason, n.started_at, n.clinical_at, n.saved_at, n.signed_at, n.set_aside_at,
                n.set_aside_name, n.ended_at, n.ended_name, n.ended_reason, n.tab, n.turn, n.version
             from note n where ",
            $tail
        )
    };
}

/// The notes of a visit without what was discarded, oldest first.
pub async fn of_visit(store: impl Store, reader: AccountId, visit: VisitId) -> Result<Vec<Note>, DbError> {
    sql(notes!("n.visit_id = $2 and n.state <> 'discarded' order by n.id limit 200"))
        .bind(reader)
        .bind(visit)
        .all(store)
        .await
}

/// One note. A draft is found by its author alone.
pub async fn by_id(store: impl Store, reader: AccountId, id: NoteId) -> Result<Option<Note>, DbError> {
    sql(notes!("n.id = $2 and (n.state in ('signed', 'entered_in_error') or n.author_id = $1)"))
        .bind(reader)
        .bind(id)
        .optional(store)
        .await
}

/// Something that was signed together with a note and still stands.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Standing {
    /// What it is.
    pub what: Together,
    /// Its id among its kind.
    pub id: i64,
    /// The term, the medicines, the name.
    pub words: String,
}

/// What was signed together with a note and still stands: withdrawing the note withdraws none of it.
pub async fn signed_with(store: impl Store, note: &Note) -> Result<Vec<Standing>, DbError> {
    sql("select 'diagnosis' as what, d.id, d.term as words
         from diagnosis d where d.note_id = $1 and d.state = 'signed'
         union all select 'prescription', p.id, coalesce((select string_agg(l.name || ' ' || l.strength, ', ' order by l.id)
                from prescription_line l where l.prescription_id = p.id
                    and l.state in ('open', 'partly', 'paused', 'complete')), '')
            from prescription p where p.visit_id = $2 and p.note_id = $1 and p.state = 'signed'
                and exists (select 1 from prescription_line l where l.prescription_id = p.id
                    and l.state in ('open', 'partly', 'paused', 'complete'))
         union all select 'procedure', o.id, o.name
            from visit_procedure o where o.note_id = $1 and o.state in ('planned', 'done')
         order by 1, 2 limit 100")
    .bind(note.id)
    .bind(note.visit_id)
    .all(store)
    .await
}

/// The draft of an author in a visit, set aside or not.
pub async fn draft_of(store: impl Store, author: AccountId, visit: VisitId) -> Result<Option<Note>, DbError> {
    sql(notes!("n.author_id = $1 and n.visit_id = $2 and n.state = 'draft'"))
        .bind(author)
        .bind(visit)
        .optional(store)
        .await
}

/// A note that is about to be written.
#[derive(Debug)]
pub struct NewNote<'a> {
    pub visit: VisitId,
    pub patient: PatientId,
    pub author: AccountId,
    pub name: &'a str,
    pub kind: NoteKind,
    pub clinical_at: DateTime<Utc>,
    pub tab: &'a str,
    pub turn: i64,
}

/// Begins a draft.
///
/// # Errors
/// Constraints `note_visit_time` (no such visit, or not the time of it) and `note_visit_id_author_id_unique`.
pub async fn insert(
    tx: &mut Tx,
    new: &NewNote<'_>,
    parts: &Parts,
    at: DateTime<Utc>,
) -> Result<NoteId, DbError> {
    sql("insert into note (visit_id, patient_id, author_id, author_name, kind, state, complaint, history, examination,
            assessment, plan, follow_up, advice, started_at, clinical_at, saved_at, tab, turn)
         values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $13, $14, $13, $15, $16) returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.author)
    .bind(new.name)
    .bind(new.kind)
    .bind_each(parts.texts())
    .bind(at)
    .bind(new.clinical_at)
    .bind(new.tab)
    .bind(new.turn)
    .scalar(tx)
    .await
}

/// Saves a draft as it stands in `note`, if nobody has changed it since it was read (R8).
pub async fn save(tx: &mut Tx, note: &Note, at: DateTime<Utc>) -> Result<bool, DbError> {
    let parts = &note.parts;
    let changed = sql("update note set complaint = $3, history = $4, examination = $5, assessment = $6, plan = $7,
            follow_up = $8, advice = $9, saved_at = $10, tab = $11, turn = $12, clinical_at = $13, version = version + 1
         where id = $1 and version = $2 and state = 'draft'")
    .bind(note.id)
    .bind(note.version)
    .bind_each(parts.texts())
    .bind(at)
    .bind(&note.tab)
    .bind(note.turn)
    .bind(note.clinical_at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Signs a draft. With `amends` it becomes an addendum, for this reason.
///
/// # Errors
/// Constraints `note_written` (nothing stands in it), `note_amends` and `note_addendum`.
pub async fn sign(
    tx: &mut Tx,
    id: NoteId,
    amends: Option<(NoteId, &str)>,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let kind = amends.map(|_| NoteKind::Addendum);
    let changed =
        sql("update note set state = 'signed', signed_at = $2, kind = coalesce($3, kind), amends_id = $4,
            reason = $5, version = version + 1 where id = $1 and state = 'draft'")
        .bind(id)
        .bind(at)
        .bind(kind)
        .bind(amends.map(|(note, _)| note))
        .bind(amends.map_or("", |(_, reason)| reason))
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Ends a note: a draft is discarded, a signed one was entered in error.
///
/// # Errors
/// Constraints `note_state` and `note_error`.
pub async fn end(
    tx: &mut Tx,
    note: &Note,
    to: NoteState,
    (by, name, reason): (AccountId, &str, &str),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update note set state = $3, ended_at = $4, ended_by = $5, ended_name = $6, ended_reason = $7,
            version = version + 1 where id = $1 and state = $2")
        .bind(note.id)
        .bind(note.state)
        .bind(to)
        .bind(at)
        .bind(by)
        .bind(name)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Sets the drafts of others in a visit aside, those of nurses only where `nursing` says so. Returns their authors.
pub async fn set_aside(
    tx: &mut Tx,
    visit: VisitId,
    (by, name): (AccountId, &str),
    nursing: bool,
    at: DateTime<Utc>,
) -> Result<Vec<(AccountId,)>, DbError> {
    sql("update note set set_aside_at = $3, set_aside_by = $2, set_aside_name = $4
         where visit_id = $1 and author_id <> $2 and state = 'draft' and set_aside_at is null
            and (kind = 'consultation' or $5) returning author_id")
    .bind(visit)
    .bind(by)
    .bind(at)
    .bind(name)
    .bind(nursing)
    .all(tx)
    .await
}

/// Takes one's own draft up again.
pub async fn take_up(tx: &mut Tx, visit: VisitId, author: AccountId) -> Result<bool, DbError> {
    let changed = sql("update note set set_aside_at = null, set_aside_by = null, set_aside_name = ''
         where visit_id = $1 and author_id = $2 and state = 'draft' and set_aside_at is not null")
    .bind(visit)
    .bind(author)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
