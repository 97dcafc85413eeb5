//! The SQL of the trail.

use chrono::{DateTime, Utc};

use super::Entry;
use crate::db::{DbError, Store, Tx, sql};
use crate::work::Doer;

/// A stored entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stored {
    pub id: i64,
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
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Sealed {
    pub seq: i64,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
    #[sqlx(flatten)]
    pub entry: Stored,
}

/// The newest link of the chain.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

pub(super) async fn insert(
    tx: &mut Tx,
    at: DateTime<Utc>,
    doer: &Doer,
    entry: &Entry,
) -> Result<(), DbError> {
    sql("insert into audit_entry (at, account_id, name, role, action, subject, subject_id, patient_id, address,
            request_id, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
    .bind(at)
    .bind(doer.account_id)
    .bind(&doer.name)
    .bind(&doer.role)
    .bind(entry.action)
    .bind(entry.subject.kind)
    .bind(entry.subject.id)
    .bind(entry.patient_id)
    .bind(&doer.address)
    .bind(&doer.request_id)
    .bind(serde_json::Value::Object(entry.detail.clone()).to_string())
    .run(tx)
    .await?;
    Ok(())
}

pub(super) async fn head(tx: &mut Tx) -> Result<Option<Head>, DbError> {
    sql("select seq, hash from audit_seal order by seq desc limit 1").optional(tx).await
}

pub(super) async fn unsealed(tx: &mut Tx, limit: i64) -> Result<Vec<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where not exists (select 1 from audit_seal where entry_id = audit_entry.id)
         and id > coalesce((select max(entry_id) from audit_seal), 0) - 10000
         order by id limit $1")
    .bind(limit)
    .all(tx)
    .await
}

pub(super) async fn insert_seal(
    tx: &mut Tx,
    seq: i64,
    entry_id: i64,
    previous: &[u8],
    hash: &[u8],
) -> Result<(), DbError> {
    sql("insert into audit_seal (seq, entry_id, previous, hash) values ($1, $2, $3, $4)")
        .bind(seq)
        .bind(entry_id)
        .bind(previous)
        .bind(hash)
        .run(tx)
        .await?;
    Ok(())
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
    /// The account that acted.
    pub account_id: Option<i64>,
    /// The patient it is filed under.
    pub patient_id: Option<i64>,
    /// How the action's name begins.
    pub action: String,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// Older than this entry: the next page.
    pub before: Option<i64>,
}

/// A page of the trail, newest first.
pub async fn list(store: impl Store, narrow: &Narrow, limit: i64) -> Result<Vec<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry
         where (cast($1 as bigint) is null or account_id = $1) and (cast($2 as bigint) is null or patient_id = $2)
           and ($3 = '' or (action >= $3 and action < $4))
           and at >= $5 and at < $6 and id < $7
         order by id desc limit $8")
    .bind(narrow.account_id)
    .bind(narrow.patient_id)
    .bind(&narrow.action)
    .bind(format!("{}\u{10FFFF}", narrow.action))
    .bind(narrow.from.unwrap_or(DateTime::<Utc>::UNIX_EPOCH))
    .bind(narrow.until.unwrap_or(FAR))
    .bind(narrow.before.unwrap_or(i64::MAX))
    .bind(limit)
    .all(store)
    .await
}

const FAR: DateTime<Utc> = match DateTime::from_timestamp(32_503_680_000, 0) {
    Some(far) => far,
    None => DateTime::<Utc>::UNIX_EPOCH,
};

/// One entry.
pub async fn by_id(store: impl Store, id: i64) -> Result<Option<Stored>, DbError> {
    sql("select id, at, account_id, name, role, action, subject, subject_id, patient_id, address, request_id, detail
         from audit_entry where id = $1")
    .bind(id)
    .optional(store)
    .await
}
