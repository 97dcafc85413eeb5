//! Service points, their rooms, and where staff work today.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::{PointId, PointKind, RoomId};

/// A service point as the queue needs it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Point {
    pub id: PointId,
    pub name: String,
    pub public_name: String,
    pub kind: PointKind,
    pub paused_at: Option<DateTime<Utc>>,
    pub pause_reason: String,
    pub booked_in_a_row: i64,
    /// The station of the person who asks stands here.
    pub mine: bool,
    /// The room of that station.
    pub my_room: Option<RoomId>,
    /// Its name.
    pub my_room_name: Option<String>,
}

impl Point {
    /// The room of the own station, or the point's public name.
    pub fn place(&self) -> &str {
        self.my_room_name.as_deref().unwrap_or(&self.public_name)
    }

    /// What is said of one that is closed.
    pub fn closed(&self) -> String {
        format!("{} is closed. Choose another service point.", self.name)
    }
}

/// A room to which people are called.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Its point.
    pub point_id: PointId,
    /// What screens say.
    pub name: String,
}

/// Every point that works, in order; `who` marks the own station.
pub async fn active(store: impl Store, who: Option<AccountId>) -> Result<Vec<Point>, DbError> {
    sql("select p.id, p.name, p.public_name, p.kind, p.paused_at, p.pause_reason, p.booked_in_a_row,
            (s.account_id is not null) as mine, s.room_id as my_room,
            r.name as my_room_name
         from service_point p left join station s on s.point_id = p.id and s.account_id = $1
         left join room r on r.id = s.room_id
         where p.active = $2 order by p.position, p.id")
    .bind(who)
    .bind(true)
    .all_kept(store)
    .await
}

macro_rules! one_point {
    () => {
        "select id, name, public_name, kind, paused_at, pause_reason, booked_in_a_row, (id < 0) as mine,
            cast(null as bigint) as my_room, cast(null as text) as my_room_name from service_point where id = $1"
    };
}

/// One point that works.
pub async fn by_id(store: impl Store, id: PointId) -> Result<Option<Point>, DbError> {
    sql(concat!(one_point!(), " and active = $2")).bind(id).bind(true).optional(store).await
}

/// One point, also one that was closed: what happened there is still told.
pub async fn even_closed(store: impl Store, id: PointId) -> Result<Option<Point>, DbError> {
    sql(one_point!()).bind(id).optional(store).await
}

/// Holds a room until the transaction ends, if it is in use at the point: nobody is called to where nobody is.
pub async fn hold_room(tx: &mut Tx, room: RoomId, point: PointId) -> Result<bool, DbError> {
    let held = sql("update room set version = version where id = $1 and point_id = $2 and active = $3")
        .bind(room)
        .bind(point)
        .bind(true)
        .run(tx)
        .await?;
    Ok(held == 1)
}

/// A doctor who works at a consulting point today.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct AtWork {
    /// Where.
    pub point_id: PointId,
    /// Who.
    pub doctor_id: AccountId,
    /// The name with title.
    pub name: String,
}

macro_rules! at_work {
    () => {
        "select s.point_id, a.id as doctor_id, trim(a.title || ' ' || a.name) as name
         from station s join service_point p on p.id = s.point_id and p.kind = 'consulting'
         join account a on a.id = s.account_id and a.state = 'active'
         join account_role o on o.account_id = a.id and o.role = 'doctor'
         where s.since >= $1
         union
         select r.point_id, a.id as doctor_id, trim(a.title || ' ' || a.name) as name
         from (select distinct doctor_id, room_id from slot where day = $2 and state = 'open') x
         join room r on r.id = x.room_id join service_point p on p.id = r.point_id and p.kind = 'consulting'
         join account a on a.id = x.doctor_id and a.state = 'active'"
    };
}

/// Doctors who chose a consulting point as their station since `begin`, the start of `day`, or who have hours left on
/// that day in one of its rooms.
pub async fn doctors_at_work(
    store: impl Store,
    day: NaiveDate,
    begin: DateTime<Utc>,
) -> Result<Vec<AtWork>, DbError> {
    sql(concat!(at_work!(), " order by name, doctor_id")).bind(begin).bind(day).all_kept(store).await
}

/// Whether a doctor is away now.
pub async fn is_away(store: impl Store, doctor: AccountId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select id from blocked_time where doctor_id = $1 and lifted_at is null
            and starts_at <= $2 and ends_at > $2 limit 1")
    .bind(doctor)
    .bind(now)
    .optional(store)
    .await?;
    Ok(found.is_some())
}

/// A point, with one of the doctors who work there today.
#[derive(Debug, Clone, serde::Deserialize)]
struct Staffed {
    point: Point,
    doctor_id: Option<AccountId>,
    doctor: Option<String>,
}

/// Every point that works, in order, and the doctors who work there today as [`doctors_at_work`] finds them.
pub async fn with_doctors(
    store: impl Store,
    day: NaiveDate,
    begin: DateTime<Utc>,
) -> Result<(Vec<Point>, Vec<AtWork>), DbError> {
    let rows: Vec<Staffed> = sql(concat!(
        "select p.id, p.name, p.public_name, p.kind, p.paused_at, p.pause_reason, p.booked_in_a_row, (p.id < 0) as mine,
            cast(null as bigint) as my_room, cast(null as text) as my_room_name, w.doctor_id, w.name as doctor
         from service_point p left join (",
        at_work!(),
        ") w on w.point_id = p.id where p.active order by p.position, p.id, w.name, w.doctor_id"
    ))
    .bind(begin)
    .bind(day)
    .all_kept(store)
    .await?;
    let (mut points, mut doctors) = (Vec::<Point>::new(), Vec::new());
    for Staffed { point, doctor_id, doctor } in rows {
        doctors.extend(doctor_id.zip(doctor).map(|(doctor_id, name)| AtWork {
            point_id: point.id,
            doctor_id,
            name,
        }));
        if points.last().is_none_or(|last| last.id != point.id) {
            points.push(point);
        }
    }
    Ok((points, doctors))
}

/// Holds a point that works until the transaction ends: nobody takes it out of use while somebody enters its line.
pub async fn hold(tx: &mut Tx, id: PointId) -> Result<bool, DbError> {
    let held = sql("update service_point set turn = turn where id = $1 and active = $2")
        .bind(id)
        .bind(true)
        .run(tx)
        .await?;
    Ok(held == 1)
}

/// Every room that is in use.
pub async fn rooms(store: impl Store) -> Result<Vec<Room>, DbError> {
    sql("select id, point_id, name from room where active = $1 order by name")
        .bind(true)
        .all_kept(store)
        .await
}

/// Takes the turn of calling at a point: whoever else calls there waits until this transaction ends. Returns how many
/// booked patients were called in a row; none when the point is paused or closed.
pub async fn take_turn(tx: &mut Tx, id: PointId) -> Result<Option<i64>, DbError> {
    sql("update service_point set turn = turn + 1 where id = $1 and active = $2 and paused_at is null
         returning booked_in_a_row")
    .bind(id)
    .bind(true)
    .optional::<(i64,)>(tx)
    .await
    .map(|row| row.map(|row| row.0))
}

/// Keeps how many booked patients were called in a row.
pub async fn set_in_a_row(tx: &mut Tx, id: PointId, in_a_row: i64) -> Result<(), DbError> {
    sql("update service_point set booked_in_a_row = $2 where id = $1")
        .bind(id)
        .bind(in_a_row)
        .run(tx)
        .await?;
    Ok(())
}

/// Pauses a point that works, or takes it up again.
pub async fn set_pause(
    tx: &mut Tx,
    id: PointId,
    at: Option<DateTime<Utc>>,
    reason: &str,
) -> Result<bool, DbError> {
    let changed = sql("update service_point set paused_at = $2, pause_reason = $3, version = version + 1
         where id = $1 and active = $4 and ($5 = (paused_at is null))")
    .bind(id)
    .bind(at)
    .bind(reason)
    .bind(true)
    .bind(at.is_some())
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Where somebody works now.
pub async fn set_station(
    tx: &mut Tx,
    who: AccountId,
    point: PointId,
    room: Option<RoomId>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into station (account_id, point_id, room_id, since) values ($1, $2, $3, $4)
         on conflict (account_id) do update set point_id = excluded.point_id, room_id = excluded.room_id,
            since = excluded.since")
    .bind(who)
    .bind(point)
    .bind(room)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}
