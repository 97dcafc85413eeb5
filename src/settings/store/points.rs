//! The SQL of service points and rooms.

use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::{PointId, PointKind, RoomId};

/// A service point as administrators maintain it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Point {
    /// Its id.
    pub id: PointId,
    /// What staff call it.
    pub name: String,
    /// What public screens call it (rule Q12): harmless.
    pub public_name: String,
    /// What it does.
    pub kind: PointKind,
    /// Its place in lists.
    pub position: i64,
    /// Whether it is in use.
    pub active: bool,
    /// For R8.
    pub version: i64,
}

/// A room to which people are called.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Whose room it is.
    pub point_id: PointId,
    /// What screens say.
    pub name: String,
    /// Whether it is in use.
    pub active: bool,
    /// For R8.
    pub version: i64,
}

/// All points, or only those in use, in their order.
pub async fn points(store: impl Store, only_active: bool) -> Result<Vec<Point>, DbError> {
    sql("select id, name, public_name, kind, position, active, version from service_point
         where active or $1 = false order by active desc, position, name")
    .bind(only_active)
    .all(store)
    .await
}

/// All rooms, or only those in use at points in use, by point and name.
pub async fn rooms(store: impl Store, only_active: bool) -> Result<Vec<Room>, DbError> {
    sql("select r.id, r.point_id, r.name, r.active, r.version
         from room r join service_point p on p.id = r.point_id
         where (r.active and p.active) or $1 = false order by p.position, p.name, r.name")
    .bind(only_active)
    .all(store)
    .await
}

/// One point.
pub async fn point(store: impl Store, id: PointId) -> Result<Option<Point>, DbError> {
    sql("select id, name, public_name, kind, position, active, version from service_point where id = $1")
        .bind(id)
        .optional(store)
        .await
}

/// One room.
pub async fn room(store: impl Store, id: RoomId) -> Result<Option<Room>, DbError> {
    sql("select id, point_id, name, active, version from room where id = $1").bind(id).optional(store).await
}

/// Adds a point; its name is unique (`service_point_name_unique`).
pub async fn insert_point(tx: &mut Tx, point: &Point) -> Result<PointId, DbError> {
    sql("insert into service_point (name, public_name, kind, position, active) values ($1, $2, $3, $4, $5)
         returning id")
    .bind(&point.name)
    .bind(&point.public_name)
    .bind(point.kind)
    .bind(point.position)
    .bind(point.active)
    .scalar(tx)
    .await
}

/// Changes a point that is still at its version. One where people are stays in use and keeps its
/// kind (`service_point_people`).
pub async fn update_point(tx: &mut Tx, point: &Point) -> Result<bool, DbError> {
    let changed =
        sql("update service_point set name = $3, public_name = $4, kind = $5, position = $6, active = $7,
            version = version + 1
         where id = $1 and version = $2")
        .bind(point.id)
        .bind(point.version)
        .bind(&point.name)
        .bind(&point.public_name)
        .bind(point.kind)
        .bind(point.position)
        .bind(point.active)
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Adds a room; its name is unique (`room_name_unique`).
pub async fn insert_room(tx: &mut Tx, room: &Room) -> Result<RoomId, DbError> {
    sql("insert into room (point_id, name, active) values ($1, $2, $3) returning id")
        .bind(room.point_id)
        .bind(&room.name)
        .bind(room.active)
        .scalar(tx)
        .await
}

/// Changes a room that is still at its version. One to which people were called stays in use (`room_people`).
pub async fn update_room(tx: &mut Tx, room: &Room) -> Result<bool, DbError> {
    let changed = sql("update room set point_id = $3, name = $4, active = $5, version = version + 1
         where id = $1 and version = $2")
    .bind(room.id)
    .bind(room.version)
    .bind(room.point_id)
    .bind(&room.name)
    .bind(room.active)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// How many are at a point now: whoever waits, was called, is served, parked or missed.
pub async fn people_at_point(store: impl Store, point: PointId) -> Result<i64, DbError> {
    sql("select count(*) from queue_entry where point_id = $1
         and state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .bind(point)
    .scalar(store)
    .await
}

/// How many were called to a room or are served in it.
pub async fn people_in_room(store: impl Store, room: RoomId) -> Result<i64, DbError> {
    sql("select count(*) from queue_entry where room_id = $1 and state in ('called', 'in_service')")
        .bind(room)
        .scalar(store)
        .await
}
