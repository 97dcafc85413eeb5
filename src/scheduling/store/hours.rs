//! Weekly hours, time away, holidays.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::RoomId;
use crate::scheduling::model::{Availability, AvailabilityId, Declared, Hours, Interval, SlotId};

/// Stored hours.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct HoursRow {
    pub id: AvailabilityId,
    pub doctor_id: AccountId,
    pub weekday: i64,
    pub starts: NaiveTime,
    pub ends: NaiveTime,
    pub room_id: Option<RoomId>,
    pub room: Option<String>,
    pub slot_minutes: i64,
    pub capacity: i64,
    pub public_capacity: i64,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub version: i64,
}

impl HoursRow {
    /// As the model plans with them; none only when the row was written behind our back.
    pub fn declared(&self) -> Option<Declared> {
        let whole = |number: i64| u32::try_from(number).unwrap_or(0);
        let weekday = Weekday::try_from(u8::try_from(self.weekday - 1).ok()?).ok()?;
        let hours = Hours {
            doctor: self.doctor_id,
            room: self.room_id,
            weekday,
            starts: self.starts,
            ends: self.ends,
            slot_minutes: whole(self.slot_minutes),
            capacity: whole(self.capacity),
            public_capacity: whole(self.public_capacity),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        };
        Some(Declared { id: self.id, availability: Availability::parse(hours).ok()? })
    }
}

/// Hours that are not over on `day`, of one doctor or of all who work as one, in the order of declaration.
pub async fn current(
    store: impl Store,
    doctor: Option<AccountId>,
    day: NaiveDate,
) -> Result<Vec<HoursRow>, DbError> {
    sql("select h.id, h.doctor_id, h.weekday, h.starts, h.ends, h.room_id, r.name as room, h.slot_minutes, h.capacity,
            h.public_capacity, h.valid_from, h.valid_until, h.version
         from availability h join account a on a.id = h.doctor_id
         join account_role o on o.account_id = a.id and o.role = 'doctor' left join room r on r.id = h.room_id
         where a.state = 'active' and (h.valid_until is null or h.valid_until >= $1)
           and (cast($2 as bigint) is null or h.doctor_id = $2)
         order by h.id limit 1000")
    .bind(day)
    .bind(doctor)
    .all(store)
    .await
}

/// One row of hours.
pub async fn by_id(store: impl Store, id: AvailabilityId) -> Result<Option<HoursRow>, DbError> {
    sql("select h.id, h.doctor_id, h.weekday, h.starts, h.ends, h.room_id, r.name as room, h.slot_minutes, h.capacity,
            h.public_capacity, h.valid_from, h.valid_until, h.version
         from availability h left join room r on r.id = h.room_id where h.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Declares hours.
pub async fn insert(tx: &mut Tx, hours: &Availability) -> Result<AvailabilityId, DbError> {
    sql("insert into availability (doctor_id, weekday, starts, ends, room_id, slot_minutes, capacity, public_capacity,
            valid_from, valid_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id")
    .bind(hours.doctor)
    .bind(i64::from(hours.weekday.number_from_monday()))
    .bind(hours.starts)
    .bind(hours.ends)
    .bind(hours.room)
    .bind(hours.slot_minutes)
    .bind(hours.capacity)
    .bind(hours.public_capacity)
    .bind(hours.valid_from)
    .bind(hours.valid_until)
    .scalar(tx)
    .await
}

/// Changes hours if nobody else did meanwhile.
pub async fn update(
    tx: &mut Tx,
    id: AvailabilityId,
    version: i64,
    hours: &Availability,
    ended_at: Option<DateTime<Utc>>,
) -> Result<bool, DbError> {
    let touched =
        sql("update availability set weekday = $3, starts = $4, ends = $5, room_id = $6, slot_minutes = $7,
            capacity = $8, public_capacity = $9, valid_from = $10, valid_until = $11, ended_at = $12,
            version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(i64::from(hours.weekday.number_from_monday()))
        .bind(hours.starts)
        .bind(hours.ends)
        .bind(hours.room)
        .bind(hours.slot_minutes)
        .bind(hours.capacity)
        .bind(hours.public_capacity)
        .bind(hours.valid_from)
        .bind(hours.valid_until)
        .bind(ended_at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}

/// Ends hours by their last day, if nobody changed them meanwhile.
pub async fn end(
    tx: &mut Tx,
    id: AvailabilityId,
    version: i64,
    last: NaiveDate,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let touched = sql("update availability set valid_until = $3, ended_at = $4, version = version + 1
         where id = $1 and version = $2")
    .bind(id)
    .bind(version)
    .bind(last)
    .bind(at)
    .run(tx)
    .await?;
    Ok(touched == 1)
}

/// A slot that hours gave, with whether somebody is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Made {
    pub id: SlotId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub taken: i64,
}

/// Slots that hours gave and that are still to come.
pub async fn made_by(
    store: impl Store,
    id: AvailabilityId,
    now: DateTime<Utc>,
) -> Result<Vec<Made>, DbError> {
    sql("select id, starts_at, ends_at, taken_public + taken_desk as taken from slot
         where availability_id = $1 and starts_at > $2 and state <> 'closed' order by starts_at")
    .bind(id)
    .bind(now)
    .all(store)
    .await
}

/// Slots to come on any day, whoever made them.
pub async fn to_come(store: impl Store, now: DateTime<Utc>) -> Result<Vec<(SlotId, DateTime<Utc>)>, DbError> {
    sql("select id, starts_at from slot where starts_at > $1 and state <> 'closed' order by starts_at, id")
        .bind(now)
        .all(store)
        .await
}

/// An open slot to come, with the hours that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Offered {
    pub id: SlotId,
    pub availability_id: AvailabilityId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Open slots to come of doctors who work here, those of one row of hours together.
pub async fn offered(store: impl Store, now: DateTime<Utc>) -> Result<Vec<Offered>, DbError> {
    sql("select s.id, s.availability_id, s.starts_at, s.ends_at from slot s join account a on a.id = s.doctor_id
         join account_role o on o.account_id = a.id and o.role = 'doctor'
         where s.state = 'open' and s.starts_at > $1 and s.availability_id is not null and a.state = 'active'
         order by s.availability_id, s.id")
    .bind(now)
    .all(store)
    .await
}

/// A room to sit in.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Room {
    pub id: RoomId,
    pub name: String,
}

/// Rooms in use.
pub async fn rooms(store: impl Store) -> Result<Vec<Room>, DbError> {
    sql("select id, name from room where active order by name limit 200").all(store).await
}

/// What still lies in a room: rows of weekly hours that are not over, and bookings to come.
pub async fn in_room(
    store: impl Store,
    room: RoomId,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(i64, i64), DbError> {
    sql("select (select count(*) from availability h join account a on a.id = h.doctor_id and a.state = 'active'
             where h.room_id = $1 and (h.valid_until is null or h.valid_until >= $2)) as hours,
            (select count(*) from appointment a join slot s on s.id = a.slot_id and s.room_id = $1
             where a.state = 'booked' and a.starts_at > $3) as booked")
    .bind(room)
    .bind(today)
    .bind(now)
    .one(store)
    .await
}

/// Days on which the clinic is closed, of those from `from` to `to`.
pub async fn closed_days(
    store: impl Store,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<NaiveDate>, DbError> {
    sql("select day from holiday where day >= $1 and day <= $2 order by day")
        .bind(from)
        .bind(to)
        .scalars(store)
        .await
}

/// When the door closes on a weekday; none when the clinic does not open.
pub async fn closes(store: impl Store, weekday: i64) -> Result<Option<NaiveTime>, DbError> {
    let row: Option<(NaiveTime,)> =
        sql("select closes from opening_hours where weekday = $1").bind(weekday).optional(store).await?;
    Ok(row.map(|row| row.0))
}

#[derive(serde::Deserialize)]
struct Standing {
    doctor_id: AccountId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// Slots of a doctor that stand in `[from, until)`.
pub async fn standing(
    store: impl Store,
    doctor: AccountId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(AccountId, Interval)>, DbError> {
    let rows: Vec<Standing> = sql("select doctor_id, starts_at, ends_at from slot
         where doctor_id = $1 and starts_at >= $2 and starts_at < $3 and state <> 'closed' order by starts_at")
    .bind(doctor)
    .bind(from)
    .bind(until)
    .all(store)
    .await?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((row.doctor_id, Interval::new(row.starts_at, row.ends_at)?)))
        .collect())
}
