//! What doctors are told at once.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{AttentionId, AttentionKind, PointId, Priority, VisitId};

/// Something that nobody has seen to yet.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Attention {
    pub id: AttentionId,
    pub kind: AttentionKind,
    /// What it is about: the taking of vital signs.
    pub about_id: i64,
    /// Clinical content.
    pub words: String,
    pub at: DateTime<Utc>,
    pub token: String,
    /// The point where the patient is now; none between two.
    pub point: Option<String>,
    /// How many there are, shown or not.
    pub total: i64,
}

/// How many a board shows; the rest is counted.
const SHOWN: i64 = 20;

/// What is to be told.
#[derive(Debug)]
pub struct NewAttention<'a> {
    /// In which visit.
    pub visit: VisitId,
    /// Whose.
    pub patient: PatientId,
    /// Why.
    pub kind: AttentionKind,
    /// What it is about: the id of the taking.
    pub about: i64,
    /// The higher, the more urgent.
    pub rank: i64,
    /// What the boards say.
    pub words: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// How soon the patient was to be served before it, and why; none where it changed nothing.
    pub before: Option<(Priority, String)>,
}

/// Asks for attention.
pub async fn insert(tx: &mut Tx, new: &NewAttention<'_>) -> Result<(), DbError> {
    sql("insert into attention (visit_id, patient_id, kind, about_id, rank, words, at, before_priority, before_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.kind)
    .bind(new.about)
    .bind(new.rank)
    .bind(new.words)
    .bind(new.at)
    .bind(new.before.as_ref().map(|(priority, _)| *priority))
    .bind(new.before.as_ref().map_or("", |(_, reason)| reason.as_str()))
    .run(tx)
    .await?;
    Ok(())
}

/// What nobody has seen to, the most urgent first and of those the newest. It ends with its visit, and comes back with it.
pub async fn open(store: impl Store) -> Result<Vec<Attention>, DbError> {
    sql("select w.id, w.kind, w.about_id, w.words, w.at, v.token, p.name as point, count(*) over () as total
         from visit v join attention w on w.visit_id = v.id
         left join queue_entry e on e.visit_id = v.id and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
         left join service_point p on p.id = e.point_id
         where v.closed_at is null and w.seen_at is null order by w.rank desc, w.id desc limit $1")
    .bind(SHOWN)
    .all_kept(store)
    .await
}

/// Whether somebody is still to see to something of a visit.
pub async fn is_asked(store: impl Store, visit: VisitId) -> Result<bool, DbError> {
    let found: Option<(AttentionId,)> =
        sql("select id from attention where visit_id = $1 and seen_at is null limit 1")
            .bind(visit)
            .optional(store)
            .await?;
    Ok(found.is_some())
}

/// Whom and what it is about.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct About {
    pub patient_id: PatientId,
    pub kind: AttentionKind,
    pub about_id: i64,
}

/// Whom and what it is about.
pub async fn about(store: impl Store, id: AttentionId) -> Result<Option<About>, DbError> {
    sql("select patient_id, kind, about_id from attention where id = $1").bind(id).optional(store).await
}

/// Somebody sees to it; false when a colleague already does.
pub async fn see_to(tx: &mut Tx, id: AttentionId, by: AccountId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let changed = sql("update attention set seen_at = $3, seen_by = $2 where id = $1 and seen_at is null");
    Ok(changed.bind(id).bind(by).bind(at).run(tx).await? == 1)
}

/// What it was about was corrected: nobody needs to look any more.
pub async fn withdraw(
    tx: &mut Tx,
    (kind, about): (AttentionKind, i64),
    by: AccountId,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update attention set seen_at = $4, seen_by = $3 where kind = $1 and about_id = $2 and seen_at is null")
        .bind(kind)
        .bind(about)
        .bind(by)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// How soon the patient was to be served before it, and why; none where it changed nothing.
pub async fn before(
    store: impl Store,
    (kind, about): (AttentionKind, i64),
) -> Result<Option<(Priority, String)>, DbError> {
    sql("select before_priority, before_reason from attention
         where kind = $1 and about_id = $2 and before_priority is not null")
    .bind(kind)
    .bind(about)
    .optional(store)
    .await
}

/// The points where doctors see patients.
pub async fn consulting_points(store: impl Store) -> Result<Vec<PointId>, DbError> {
    sql("select id from service_point where kind = 'consulting' and active").scalars(store).await
}
