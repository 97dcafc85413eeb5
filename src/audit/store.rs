//! The SQL of the trail.

use chrono::{DateTime, Utc};

use super::Entry;
use crate::db::bulk::{self, Table};
use crate::db::{Db, DbError, Store, Tx, Value, sql};
use crate::work::Doer;

/// A stored entry.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Stored {
    pub id: i64,
    #[serde(deserialize_with = "crate::db::moment::at")]
    pub at: DateTime<Utc>,
    pub account_id: Option<i64>,
    pub name: String,
    pub role: String,
    pub action: String,
    pub subject: String,
    pub subject_id: Option<i64>,
    pub patient_id: Option<i64>,
    pub address: String,
    pub request_id: String,
    pub detail: String,
}

/// A seal beside its entry.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Sealed {
    pub seq: i64,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
    pub entry: Stored,
}

/// The newest link of the chain.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

const ENTRIES: Table = Table {
    name: "audit_entry",
    columns: &[
        "at",
        "account_id",
        "name",
        "role",
        "action",
        "subject",
        "subject_id",
        "patient_id",
        "address",
        "request_id",
        "detail",
    ],
};

fn row(at: DateTime<Utc>, doer: &Doer, entry: &Entry) -> Vec<Value> {
    vec![
        at.into(),
        doer.account_id.into(),
        doer.name.as_str().into(),
        doer.role.as_str().into(),
        entry.action.into(),
        entry.subject.kind.into(),
        entry.subject.id.into(),
        entry.patient_id.into(),
        doer.address.as_str().into(),
        doer.request_id.as_str().into(),
        serde_json::Value::Object(entry.detail.clone()).to_string().into(),
    ]
}

pub(super) async fn insert(
    tx: &mut Tx,
    at: DateTime<Utc>,
    doer: &Doer,
    entry: &Entry,
) -> Result<(), DbError> {
    sql("insert into audit_entry (at, account_id, name, role, action, subject, subject_id, patient_id, address,
            request_id, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind_each(row(at, doer, entry))
    .run(tx)
    .await?;
    Ok(())
}

/// Many entries at once: thousands of them one by one would outlast a request.
pub(super) async fn insert_all(
    tx: &mut Tx,
    at: DateTime<Utc>,
    doer: &Doer,
    entries: Vec<Entry>,
) -> Result<(), DbError> {
    let mut rows = entries.iter().map(|entry| row(at, doer, entry)).collect();
    bulk::insert(tx, ENTRIES, &mut rows).await
}

/// Entries of several people, all or none, in one statement.
pub(super) async fn insert_together<'a>(
    db: &Db,
    entries: impl Iterator<Item = (DateTime<Utc>, &'a Doer, &'a Entry)>,
) -> Result<(), DbError> {
    let rows = entries.map(|(at, doer, entry)| row(at, doer, entry)).collect();
    bulk::insert_at_once(db, ENTRIES, rows).await
}

pub(super) async fn head(store: impl Store) -> Result<Option<Head>, DbError> {
    sql("select seq, hash from audit_seal order by seq desc limit 1").optional(store).await
}

/// How far behind the newest sealed entry the oldest may be that is still sealed.
pub(super) const WHOLE: i64 = 10_000;
/// The same for the look of every second: more than come while a request lasts.
pub(super) const RECENT: i64 = 500;

/// Entries without a seal, at most `reach` behind the newest that has one. Each is looked up: joined, the whole chain would
/// be read for them.
pub(super) async fn unsealed(store: impl Store, reach: i64, limit: i64) -> Result<Vec<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where id > coalesce((select max(entry_id) from audit_seal), 0) - $1
         and (select seq from audit_seal where entry_id = audit_entry.id) is null
         order by id limit $2")
    .bind(reach)
    .bind(limit)
    .all(store)
    .await
}

/// A link of the chain.
pub(super) struct Seal {
    pub seq: i64,
    pub entry_id: i64,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

const SEALS: Table = Table { name: "audit_seal", columns: &["seq", "entry_id", "previous", "hash"] };

pub(super) async fn insert_seals(tx: &mut Tx, seals: Vec<Seal>) -> Result<(), DbError> {
    let row =
        |seal: Seal| vec![seal.seq.into(), seal.entry_id.into(), seal.previous.into(), seal.hash.into()];
    bulk::insert(tx, SEALS, &mut seals.into_iter().map(row).collect()).await
}

pub(super) async fn sealed_after(store: impl Store, seq: i64, limit: i64) -> Result<Vec<Sealed>, DbError> {
    sql("select s.seq, s.previous, s.hash, e.id, e.at, e.account_id, e.name, e.role, e.action, e.subject,
            e.subject_id, e.patient_id, e.address, e.request_id, e.detail
         from audit_seal s join audit_entry e on e.id = s.entry_id where s.seq > $1 order by s.seq limit $2")
    .bind(seq)
    .bind(limit)
    .all(store)
    .await
}

/// Whether an entry stands so far behind the sealed ones that sealing will never take it.
pub(super) async fn left_behind(store: impl Store) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select id from audit_entry
         where id <= coalesce((select max(entry_id) from audit_seal), 0) - $1
           and not exists (select 1 from audit_seal where entry_id = audit_entry.id) limit 1")
    .bind(WHOLE)
    .optional(store)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn seal_count(store: impl Store) -> Result<i64, DbError> {
    sql("select count(*) from audit_seal").scalar(store).await
}

pub(super) async fn unsealed_count(store: impl Store) -> Result<i64, DbError> {
    sql("select (select count(*) from audit_entry) - (select count(*) from audit_seal)").scalar(store).await
}

/// The entries about one thing.
pub async fn of_subject(store: impl Store, kind: &'static str, id: i64) -> Result<Vec<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where subject = $1 and subject_id = $2 order by id limit 200")
    .bind(kind)
    .bind(id)
    .all(store)
    .await
}

/// What the list of the trail is narrowed to; `None` and empty mean "any".
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// The username or the e-mail of who acted, in lower case.
    pub person: String,
    /// Or how the words of their name begin, folded as those of patients.
    pub names: Vec<String>,
    /// A number of the patient it is filed under: clinic, matric or staff number, in upper case.
    pub patient: String,
    /// How the action's name begins, as it is stored.
    pub action: String,
    /// How it begins as people read it, in lower case.
    pub words: String,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// Older than this entry: the next page.
    pub before: Option<i64>,
}

impl Narrow {
    /// A word of the name; where there are fewer, the first one again. Folded words hold letters and digits only.
    fn word(&self, at: usize) -> &str {
        self.names.get(at).or(self.names.first()).map_or("", String::as_str)
    }

    /// Fits the words of staff. Where no letter was typed it fits nobody.
    fn word_begins(&self, at: usize) -> String {
        if self.names.is_empty() { String::new() } else { format!("% {}%", self.word(at)) }
    }

    /// The same of patients: one range of the index.
    fn range(&self, at: usize) -> [String; 2] {
        let end = if self.names.is_empty() { String::new() } else { format!("{}\u{10FFFF}", self.word(at)) };
        [self.word(at).to_owned(), end]
    }
}

/// An entry of the list, with the patient's number.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Listed {
    /// The entry.
    pub entry: Stored,
    /// The patient's clinic number.
    pub patient_number: Option<String>,
}

/// A page of the trail, newest first.
pub async fn list(db: &Db, narrow: &Narrow, limit: i64) -> Result<Vec<Listed>, DbError> {
    let (from, until) = (narrow.from.unwrap_or(DateTime::<Utc>::UNIX_EPOCH), narrow.until.unwrap_or(FAR));
    let dated = narrow.from.is_some() || narrow.until.is_some();
    // The order is that of the ids, so that is what the pages go by; a time is turned into ids first. A clock that fell
    // back can have put other times between them, so times are looked at as well.
    let span = if dated { span(db, from, until).await? } else { Span { first: None, last: None } };
    if dated && span.last.is_none() {
        return Ok(Vec::new());
    }
    let before = narrow.before.unwrap_or(i64::MAX).min(span.last.map_or(i64::MAX, |last| last + 1));
    sql("select e.id, e.at, e.account_id, e.name, e.role, e.action, e.subject, e.subject_id, e.patient_id, e.address,
            e.request_id, e.detail, p.number as patient_number
         from audit_entry e left join patient p on p.id = e.patient_id
         where ($1 = '' or e.account_id in
                (select a.id from account a where a.sign_in_name = $1
                 union all select a.id from account a where a.email = $1
                 union all select a.id from account a where a.kind = 'staff' and ' ' || a.search_words like $2
                    and ' ' || a.search_words like $13 and ' ' || a.search_words like $14
                 union all select a.id from patient_term t join account a on a.patient_id = t.patient_id
                    where t.term >= $15 and t.term < $16
                      and exists (select 1 from patient_term s where s.patient_id = t.patient_id and s.term >= $17 and s.term < $18)
                      and exists (select 1 from patient_term s where s.patient_id = t.patient_id and s.term >= $19 and s.term < $20)))
           and ($3 = '' or e.patient_id in
                (select id from patient where number = $3 or matric_number = $3 or staff_number = $3))
           and ($4 = '' or (e.action >= $4 and e.action < $5))
           and ($12 = '' or replace(replace(e.action, '.', ' '), '_', ' ') like $12)
           and ($6 or (e.at >= $7 and e.at < $8)) and e.id >= $9 and e.id < $10
         order by e.id desc limit $11")
    .bind(&narrow.person)
    .bind(narrow.word_begins(0))
    .bind(&narrow.patient)
    .bind(&narrow.action)
    .bind(format!("{}\u{10FFFF}", narrow.action))
    .bind(!dated)
    .bind(from)
    .bind(until)
    .bind(span.first.unwrap_or(0))
    .bind(before)
    .bind(limit)
    .bind(if narrow.words.is_empty() { String::new() } else { format!("{}%", narrow.words) })
    .bind(narrow.word_begins(1))
    .bind(narrow.word_begins(2))
    .bind_each((0..3).flat_map(|at| narrow.range(at)))
    .all(db)
    .await
}

/// How often the trail was taken away as a file since then.
pub(super) async fn exports_since(store: impl Store, since: DateTime<Utc>) -> Result<i64, DbError> {
    sql("select count(*) from audit_entry where action = 'audit.exported' and at >= $1")
        .bind(since)
        .scalar(store)
        .await
}

/// The newest entry there is.
pub(super) async fn newest(db: &Db) -> Result<i64, DbError> {
    sql("select coalesce(max(id), 0) from audit_entry").scalar(db).await
}

const FAR: DateTime<Utc> = match DateTime::from_timestamp(32_503_680_000, 0) {
    Some(far) => far,
    None => DateTime::<Utc>::UNIX_EPOCH,
};

#[derive(Debug, Clone, serde::Deserialize)]
struct Span {
    first: Option<i64>,
    last: Option<i64>,
}

/// The first and the last entry of a time.
async fn span(db: &Db, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Span, DbError> {
    sql("select min(id) as first, max(id) as last from audit_entry where at >= $1 and at < $2")
        .bind(from)
        .bind(until)
        .one(db)
        .await
}

/// One entry.
pub async fn by_id(store: impl Store, id: i64) -> Result<Option<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// The newest entry of a kind.
pub(super) async fn newest_of_action(
    store: impl Store,
    action: &'static str,
) -> Result<Option<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where action = $1 order by id desc limit 1")
    .bind(action)
    .optional(store)
    .await
}

/// The hash of one link.
pub(super) async fn hash_at(store: impl Store, seq: i64) -> Result<Option<Vec<u8>>, DbError> {
    let found: Option<(Vec<u8>,)> =
        sql("select hash from audit_seal where seq = $1").bind(seq).optional(store).await?;
    Ok(found.map(|(hash,)| hash))
}

/// Who changed a thing last, and when; for pages that were overtaken (R8).
pub async fn last_change(
    store: impl Store,
    subject: &'static str,
    id: i64,
) -> Result<Option<(String, DateTime<Utc>)>, DbError> {
    sql("select name, at from audit_entry where subject = $1 and subject_id = $2 and action like '%.changed'
         order by id desc limit 1")
    .bind(subject)
    .bind(id)
    .optional(store)
    .await
}

/// The newest entries about a thing.
pub async fn recent_of(
    store: impl Store,
    subject: &'static str,
    id: i64,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where subject = $1 and subject_id = $2 order by id desc limit $3")
    .bind(subject)
    .bind(id)
    .bind(limit)
    .all(store)
    .await
}
