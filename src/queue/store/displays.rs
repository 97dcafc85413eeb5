//! Screens, their pairing, and what they show.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::{DisplayId, PointId};

/// A screen.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Display {
    pub id: DisplayId,
    pub pairing_code: Option<String>,
    pub pairing_expires_at: Option<DateTime<Utc>>,
    pub paired_at: Option<DateTime<Utc>>,
    pub seen_at: Option<DateTime<Utc>>,
}

/// The screen that carries a credential and was not revoked.
pub async fn by_credential(store: impl Store, digest: &[u8]) -> Result<Option<Display>, DbError> {
    sql("select id, pairing_code, pairing_expires_at, paired_at, seen_at from display
         where credential = $1 and revoked_at is null")
    .bind(digest)
    .optional(store)
    .await
}

/// Whether a screen was not revoked.
pub async fn is_live(store: impl Store, id: i64) -> Result<bool, DbError> {
    let live: i64 = sql("select count(*) from display where id = $1 and revoked_at is null")
        .bind(id)
        .scalar(store)
        .await?;
    Ok(live == 1)
}

/// A screen that shows a code and waits to be paired.
pub async fn insert_waiting(
    tx: &mut Tx,
    digest: &[u8],
    code: &str,
    expires: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<DisplayId, DbError> {
    sql("insert into display (name, credential, pairing_code, pairing_expires_at, created_at)
         values ('', $1, $2, $3, $4) returning id")
    .bind(digest)
    .bind(code)
    .bind(expires)
    .bind(at)
    .scalar(tx)
    .await
}

/// Pairs the screen that shows `code`. The code works once, and not after its time.
pub async fn pair(
    tx: &mut Tx,
    code: &str,
    name: &str,
    by: Option<AccountId>,
    at: DateTime<Utc>,
) -> Result<Option<DisplayId>, DbError> {
    sql("update display set name = $2, paired_by = $3, paired_at = $4, pairing_code = null,
            pairing_expires_at = null, version = version + 1
         where pairing_code = $1 and paired_at is null and revoked_at is null and pairing_expires_at > $4
         returning id")
    .bind(code)
    .bind(name)
    .bind(by)
    .bind(at)
    .optional::<(DisplayId,)>(tx)
    .await
    .map(|row| row.map(|row| row.0))
}

/// Restricts a screen to a point.
pub async fn add_point(tx: &mut Tx, display: DisplayId, point: PointId) -> Result<(), DbError> {
    sql("insert into display_point (display_id, point_id) values ($1, $2)")
        .bind(display)
        .bind(point)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes a screen's credential away for good.
pub async fn revoke(tx: &mut Tx, id: DisplayId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let changed = sql("update display set revoked_at = $2, credential = null, version = version + 1
         where id = $1 and revoked_at is null and paired_at is not null")
    .bind(id)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// A screen was here.
pub async fn touch(store: impl Store, id: DisplayId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update display set seen_at = $2 where id = $1").bind(id).bind(at).run(store).await?;
    Ok(())
}

/// Forgets screens whose code ran out.
pub async fn forget_expired(store: impl Store, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("delete from display where paired_at is null and pairing_expires_at < $1")
        .bind(at)
        .run(store)
        .await?;
    Ok(())
}

/// A paired screen with the names of its points.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Paired {
    pub id: DisplayId,
    pub name: String,
    pub paired_at: DateTime<Utc>,
    pub seen_at: Option<DateTime<Utc>>,
    pub points: Option<String>,
}

/// Every paired screen.
pub async fn paired(store: impl Store) -> Result<Vec<Paired>, DbError> {
    sql("select d.id, d.name, d.paired_at, d.seen_at,
            (select string_agg(p.name, ', ') from display_point x join service_point p on p.id = x.point_id
             where x.display_id = d.id) as points
         from display d where d.paired_at is not null and d.revoked_at is null order by d.name, d.id limit 100")
    .all(store)
    .await
}

/// The points a screen shows: its own, or all.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Shown {
    pub id: PointId,
    pub public_name: String,
    pub paused: bool,
    pub pause_reason: String,
    pub booked_in_a_row: i64,
}

/// The points a screen shows, in order.
pub async fn points_of(store: impl Store, display: DisplayId) -> Result<Vec<Shown>, DbError> {
    sql("select p.id, p.public_name, (p.paused_at is not null) as paused, p.pause_reason, p.booked_in_a_row
         from service_point p
         where p.active = $2 and p.kind <> 'reception'
            and (not exists (select 1 from display_point x where x.display_id = $1)
                or exists (select 1 from display_point x where x.display_id = $1 and x.point_id = p.id))
         order by p.position, p.id limit 6")
    .bind(display)
    .bind(true)
    .all_kept(store)
    .await
}

/// A call in the log.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Call {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub token: String,
    pub place: String,
}

/// The latest calls a screen shows, each token once; calls that were taken back are left out, and those of tokens that went
/// on to another place.
pub async fn calling(
    store: impl Store,
    display: DisplayId,
    day: NaiveDate,
    limit: i64,
) -> Result<Vec<Call>, DbError> {
    sql("select a.id, a.at, a.token, a.place from announcement a join queue_entry e on e.id = a.entry_id
         where a.day = $2 and e.state not in ('waiting', 'void', 'transferred')
            and not exists (select 1 from announcement n where n.day = $2 and n.token = a.token and n.id > a.id)
            and (not exists (select 1 from display_point x where x.display_id = $1)
                or exists (select 1 from display_point x where x.display_id = $1 and x.point_id = a.point_id))
         order by a.id desc limit $3")
    .bind(display)
    .bind(day)
    .bind(limit)
    .all_kept(store)
    .await
}

/// The calls after one, in their order.
pub async fn calls_after(
    store: impl Store,
    display: DisplayId,
    day: NaiveDate,
    after: i64,
) -> Result<Vec<Call>, DbError> {
    sql("select a.id, a.at, a.token, a.place from announcement a
         where a.day = $2 and a.id > $3
            and (not exists (select 1 from display_point x where x.display_id = $1)
                or exists (select 1 from display_point x where x.display_id = $1 and x.point_id = a.point_id))
         order by a.id limit 50")
    .bind(display)
    .bind(day)
    .bind(after)
    .all(store)
    .await
}

/// The newest call of a day; 0 when there is none.
pub async fn newest_call(store: impl Store, day: NaiveDate) -> Result<i64, DbError> {
    sql("select coalesce(max(id), 0) from announcement where day = $1")
        .bind(day)
        .one_kept(store)
        .await
        .map(|(id,)| id)
}
