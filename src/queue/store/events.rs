//! The history of the entries, and the announcements.

use chrono::{DateTime, NaiveDate, Utc};

use super::entries::Entry;
use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::{EntryId, EntryState, PointId, VisitId};

/// A change on its way into the history.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// The word of the move.
    pub what: &'static str,
    /// The state before; none when the entry was opened.
    pub from: Option<EntryState>,
    /// Who.
    pub by: Option<AccountId>,
    /// A reason or another remark.
    pub note: &'a str,
    /// The entry as it was, for undoing; empty where that is not possible.
    pub before: &'a str,
}

/// Writes a change of `entry`, which stands as it is after the change but with the version from before it.
pub async fn insert(
    tx: &mut Tx,
    entry: &Entry,
    event: &NewEvent<'_>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let version = if event.from.is_none() { entry.version } else { entry.version + 1 };
    sql("insert into queue_event (entry_id, at, move, from_state, to_state, account_id, room_id, note,
            entry_version, before) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(entry.id)
    .bind(at)
    .bind(event.what)
    .bind(event.from)
    .bind(entry.state)
    .bind(event.by)
    .bind(entry.room_id)
    .bind(event.note)
    .bind(version)
    .bind(event.before)
    .run(tx)
    .await?;
    Ok(())
}

/// The last change of an entry, as undoing needs it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Last {
    pub at: DateTime<Utc>,
    #[serde(rename = "move")]
    pub what: String,
    pub from_state: Option<EntryState>,
    pub entry_version: i64,
    pub before: String,
}

/// The last change of an entry.
pub async fn last(store: impl Store, entry: EntryId) -> Result<Option<Last>, DbError> {
    sql("select at, move, from_state, entry_version, before from queue_event where entry_id = $1
         order by id desc limit 1")
    .bind(entry)
    .optional(store)
    .await
}

/// The last thing somebody did at a point, for the undo strip.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct MyLast {
    pub entry_id: EntryId,
    pub at: DateTime<Utc>,
    #[serde(rename = "move")]
    pub what: String,
    pub token: String,
    pub version: i64,
    pub entry_version: i64,
    pub onward: Option<String>,
    /// The colleague who did it; none where it was who asks.
    pub by: Option<String>,
}

/// The last change `who` made at a point since `since`, if it can be undone by its kind; or, if that was later, that another
/// colleague marked somebody there as left.
pub async fn my_last(
    store: impl Store,
    point: PointId,
    who: AccountId,
    (day, since): (NaiveDate, DateTime<Utc>),
) -> Result<Option<MyLast>, DbError> {
    sql("select x.entry_id, x.at, x.move, v.token, e.version, x.entry_version,
            (select p.name from queue_entry o join service_point p on p.id = o.point_id
             where o.coming_from = e.id and o.state <> 'void' order by o.id desc limit 1) as onward,
            (select trim(a.title || ' ' || a.name) from account a where a.id = x.account_id and a.id <> $2) as by
         from queue_event x join queue_entry e on e.id = x.entry_id join visit v on v.id = e.visit_id
         where x.id = (select max(m.id) from (
            select o.id from queue_event o join queue_entry q on q.id = o.entry_id
                where o.account_id = $2 and o.at >= $3 and q.point_id = $1 and o.before <> ''
            union all
            select o.id from queue_entry q join queue_event o on o.entry_id = q.id
                join account a on a.id = o.account_id and a.kind = 'staff'
                where q.day = $4 and q.point_id = $1 and q.state = 'left' and o.move = 'leave' and o.at >= $3
                and o.before <> '') m)")
    .bind(point)
    .bind(who)
    .bind(since)
    .bind(day)
    .optional(store)
    .await
}

/// One line of a history.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Line {
    pub at: DateTime<Utc>,
    #[serde(rename = "move")]
    pub what: String,
    pub point: String,
    pub room: Option<String>,
    pub by: Option<String>,
    pub by_id: Option<AccountId>,
    pub note: String,
    pub entry_id: EntryId,
    pub entry_version: i64,
    /// Whether the entry was kept as it was before, so that the step can be taken back.
    pub kept: bool,
}

/// Everything that happened in a visit, in order.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Line>, DbError> {
    sql("select x.at, x.move, p.name as point, r.name as room, trim(a.title || ' ' || a.name) as by,
            x.account_id as by_id, x.note,
            x.entry_id, x.entry_version, (x.before <> '') as kept
         from queue_event x join queue_entry e on e.id = x.entry_id join service_point p on p.id = e.point_id
         left join room r on r.id = x.room_id left join account a on a.id = x.account_id
         where e.visit_id = $1 order by x.id limit 200")
    .bind(visit)
    .all(store)
    .await
}

/// Appends a call to the log that displays play. The counter's row is held until the commit, so that ids become visible
/// in their order and a display that asks for "after 6" never misses a late 5 (U10).
pub async fn announce(
    tx: &mut Tx,
    entry: &Entry,
    day: NaiveDate,
    place: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    super::visits::next_number(&mut *tx, "announcement", day).await?;
    sql("insert into announcement (day, at, point_id, entry_id, token, place, call_number)
         values ($1, $2, $3, $4, $5, $6, $7)")
    .bind(day)
    .bind(at)
    .bind(entry.point_id)
    .bind(entry.id)
    .bind(&entry.token)
    .bind(place)
    .bind(entry.call_count)
    .run(tx)
    .await?;
    Ok(())
}
