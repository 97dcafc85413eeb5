//! Slots: reading what is free, and the guarded statements that take and release places.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::queue::model::RoomId;
use crate::scheduling::model::{
    BookingRules, Capacity, FreeSlot, Interval, Place, SlotFacts, SlotId, SlotState,
};

/// A slot as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct SlotRow {
    pub id: SlotId,
    pub doctor_id: AccountId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: i64,
    pub public_capacity: i64,
    pub taken_public: i64,
    pub taken_desk: i64,
    pub public_from: Option<DateTime<Utc>>,
    pub state: SlotState,
    pub doctor_name: String,
    pub room: Option<String>,
}

impl SlotRow {
    /// When.
    pub fn at(&self) -> Interval {
        Interval::new(self.starts_at, self.ends_at).unwrap_or(Interval::lasting(self.starts_at, 1))
    }

    /// What the model decides on.
    pub fn facts(&self) -> SlotFacts {
        let whole = |number: i64| u32::try_from(number).unwrap_or(0);
        SlotFacts {
            state: self.state,
            at: self.at(),
            capacity: Capacity {
                total: whole(self.capacity),
                public: whole(self.public_capacity),
                taken: whole(self.taken_public + self.taken_desk),
                taken_public: whole(self.taken_public),
            },
            public_from: self.public_from,
        }
    }

    /// Places that can be booked now.
    pub fn free(&self, place: Place, now: DateTime<Utc>, rules: &BookingRules) -> u32 {
        let facts = self.facts();
        if facts.state != SlotState::Open || rules.bookable_until(self.starts_at) <= now {
            return 0;
        }
        facts.free(place, now, rules)
    }

    /// Its length.
    pub fn minutes(&self) -> i64 {
        (self.ends_at - self.starts_at).num_minutes()
    }

    /// As the model compares it.
    pub fn as_free(&self) -> FreeSlot {
        FreeSlot { id: self.id, doctor: self.doctor_id, at: self.at() }
    }
}

/// One slot. An open one of somebody who has left or is no doctor any more, or of a holiday, is as good as blocked.
pub async fn by_id(store: impl Store, id: SlotId) -> Result<Option<SlotRow>, DbError> {
    sql("select s.id, s.doctor_id, s.starts_at, s.ends_at, s.capacity, s.public_capacity, s.taken_public,
            s.taken_desk, s.public_from, case when s.state = 'open' and (a.state <> 'active'
                or not exists (select 1 from account_role o where o.account_id = a.id and o.role = 'doctor')
                or exists (select 1 from holiday h where h.day = s.day)) then 'blocked' else s.state end as state,
            trim(a.title || ' ' || a.name) as doctor_name, r.name as room
         from slot s join account a on a.id = s.doctor_id left join room r on r.id = s.room_id where s.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Slots that start in `[from, until)`, of one doctor or of all, in the order of time; at most 2,000.
pub async fn between(
    store: impl Store,
    doctor: Option<AccountId>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<SlotRow>, DbError> {
    sql("select s.id, s.doctor_id, s.starts_at, s.ends_at, s.capacity, s.public_capacity, s.taken_public,
            s.taken_desk, s.public_from, s.state, trim(a.title || ' ' || a.name) as doctor_name, r.name as room
         from slot s join account a on a.id = s.doctor_id left join room r on r.id = s.room_id
         where s.starts_at >= $1 and s.starts_at < $2 and (cast($3 as bigint) is null or s.doctor_id = $3)
           and a.state = 'active'
           and exists (select 1 from account_role o where o.account_id = a.id and o.role = 'doctor')
         order by s.starts_at, s.doctor_id limit 2000")
    .bind(from)
    .bind(until)
    .bind(doctor)
    .all(store)
    .await
}

/// What the public can still book on a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct DayLeft {
    pub day: NaiveDate,
    pub places: i64,
}

/// Places of one day are counted up to here: more is "more than" for whoever reads it.
pub const COUNTED: i64 = 20;

/// The days of `[from, to]` with slots that start after `not_before` and last for `minutes`, of one doctor or of all, with
/// the places that the public can book on each, counted until there are more than [`COUNTED`]; days that are full too.
///
/// It goes from day to day and looks at few slots of each, however many doctors there are: whether a day has any is asked
/// with a limit, because PostgreSQL would turn an `exists` into a join with every slot.
pub async fn public_days(
    store: impl Store,
    doctor: Option<AccountId>,
    (from, to): (NaiveDate, NaiveDate),
    (not_before, now): (DateTime<Utc>, DateTime<Utc>),
    minutes: i64,
) -> Result<Vec<DayLeft>, DbError> {
    sql("with recursive calendar (day) as (
            select min(s.day) from slot s where s.state = 'open' and s.day >= $1 and s.day <= $2
            union all
            select (select min(s.day) from slot s where s.state = 'open' and s.day > c.day and s.day <= $2)
            from calendar c where c.day is not null)
         select c.day,
            (select cast(coalesce(sum(f.places), 0) as bigint) from
                (select s.public_left as places from slot s
                 where s.day = c.day and s.state = 'open' and s.public_left > 0 and s.starts_at > $3 and s.minutes >= $4
                    and (cast($5 as bigint) is null or s.doctor_id = $5) and (s.public_from is null or s.public_from <= $6)
                    and exists (select 1 from account a join account_role o on o.account_id = a.id and o.role = 'doctor'
                        where a.id = s.doctor_id and a.state = 'active')
                 limit $7) f) as places
         from calendar c
         where c.day is not null and (select s.day from slot s
            where s.day = c.day and s.state = 'open' and s.starts_at > $3 and s.minutes >= $4
                and (cast($5 as bigint) is null or s.doctor_id = $5)
                and exists (select 1 from account a join account_role o on o.account_id = a.id and o.role = 'doctor'
                    where a.id = s.doctor_id and a.state = 'active')
            limit 1) is not null
         order by c.day")
    .bind(from)
    .bind(to)
    .bind(not_before)
    .bind(minutes)
    .bind(doctor)
    .bind(now)
    .bind(COUNTED + 1)
    .all_kept(store)
    .await
}

/// Lets nobody else make, block or open slots until the end of the transaction: what is planned stands on hours, time away
/// and holidays that were read. Taken before everything else, and by all of them, so that two never wait for each other.
pub async fn lock_offer(tx: &mut Tx) -> Result<(), DbError> {
    sql("update clinic set version = version where id = 1").run(tx).await?;
    Ok(())
}

/// Locks slots until the end of the transaction, always in the order of their ids so that two never wait for each
/// other.
pub async fn lock(tx: &mut Tx, slots: &[SlotId]) -> Result<(), DbError> {
    let mut slots = slots.to_vec();
    slots.sort_unstable();
    slots.dedup();
    for slot in slots {
        sql("update slot set version = version where id = $1").bind(slot).run(&mut *tx).await?;
    }
    Ok(())
}

/// Locks the slots of a doctor from a moment on, as [`lock`] does: nobody books one of them meanwhile.
pub async fn lock_of_doctor(tx: &mut Tx, doctor: AccountId, from: DateTime<Utc>) -> Result<(), DbError> {
    sql("update slot set version = version where doctor_id = $1 and ends_at > $2 and state <> 'closed'")
        .bind(doctor)
        .bind(from)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes a place for the public or the desk. `false`: none is left, or the slot cannot be booked any more (rule B2).
pub async fn take(
    tx: &mut Tx,
    slot: SlotId,
    place: Place,
    now: DateTime<Utc>,
    rules: &BookingRules,
) -> Result<bool, DbError> {
    let not_before = rules.earliest_start(now);
    let touched = match place {
        Place::Public => {
            sql("update slot set taken_public = taken_public + 1 where id = $1 and state = 'open'
                 and taken_public < public_capacity and taken_public + taken_desk < capacity and starts_at > $2
                 and (public_from is null or public_from <= $3)")
            .bind(slot)
            .bind(not_before)
            .bind(now)
            .run(tx)
            .await?
        }
        Place::Desk => {
            let released = now + chrono::TimeDelta::minutes(i64::from(rules.desk_release_minutes));
            sql("update slot set taken_desk = taken_desk + 1 where id = $1 and state = 'open'
                 and taken_public + taken_desk < capacity and starts_at > $2
                 and (taken_desk < capacity - public_capacity or starts_at <= $3 or public_from > $4)")
            .bind(slot)
            .bind(not_before)
            .bind(released)
            .bind(now)
            .run(tx)
            .await?
        }
    };
    Ok(touched == 1)
}

/// Gives a place back. The caller has just moved its appointment out of a state that takes one, so it happens once. A
/// place in a slot that the hours no longer give goes with whoever leaves it, and the slot with the last of them.
pub async fn release(tx: &mut Tx, slot: SlotId, place: Place) -> Result<(), DbError> {
    match place {
        Place::Public => sql("update slot set taken_public = taken_public - 1,
                public_capacity = case when withdrawn then taken_public - 1 else public_capacity end,
                capacity = case when withdrawn and capacity > 1 then capacity - 1 else capacity end where id = $1"),
        Place::Desk => sql("update slot set taken_desk = taken_desk - 1,
                capacity = case when withdrawn and capacity > 1 then capacity - 1 else capacity end where id = $1"),
    }
    .bind(slot)
    .run(&mut *tx)
    .await?;
    sql("update slot set state = 'closed' where id = $1 and withdrawn and taken_public + taken_desk = 0")
        .bind(slot)
        .run(tx)
        .await?;
    Ok(())
}

/// A slot to be made.
#[derive(Debug, Clone)]
pub struct NewSlot {
    pub doctor: AccountId,
    pub room: Option<i64>,
    pub availability: Option<i64>,
    /// The clinic's day on which it starts.
    pub day: NaiveDate,
    pub at: Interval,
    pub capacity: i64,
    pub public_capacity: i64,
}

/// Makes a slot unless the doctor has one then or the day is a holiday: twice or on two nodes at once adds nothing (rules B3, R11).
pub async fn insert(tx: &mut Tx, slot: &NewSlot) -> Result<bool, DbError> {
    let made = sql("insert into slot (doctor_id, room_id, availability_id, starts_at, ends_at, capacity, public_capacity, day)
         select a.id, cast($2 as bigint), cast($3 as bigint), $4, $5, $6, $7, $8 from account a where a.id = $1
           and not exists (select 1 from slot o where o.doctor_id = $1 and o.state <> 'closed'
             and o.starts_at < $5 and o.ends_at > $4)
           and not exists (select 1 from holiday h where h.day = $8)
         on conflict do nothing")
    .bind(slot.doctor)
    .bind(slot.room)
    .bind(slot.availability)
    .bind(slot.at.starts_at())
    .bind(slot.at.ends_at())
    .bind(slot.capacity)
    .bind(slot.public_capacity)
    .bind(slot.day)
    .run(tx)
    .await?;
    Ok(made == 1)
}

/// Closes slots that are over. Returns how many.
pub async fn close_past(store: impl Store, now: DateTime<Utc>) -> Result<u64, DbError> {
    sql("update slot set state = 'closed' where state <> 'closed' and ends_at <= $1")
        .bind(now)
        .run(store)
        .await
}

/// Takes a free slot out of the offer for good; one with bookings stays.
pub async fn withdraw(tx: &mut Tx, slot: SlotId) -> Result<bool, DbError> {
    let closed = sql("update slot set state = 'closed', availability_id = null
         where id = $1 and taken_public + taken_desk = 0")
    .bind(slot)
    .run(tx)
    .await?;
    Ok(closed == 1)
}

/// Leaves a slot to those who are in it: nobody else can book it.
pub async fn freeze(tx: &mut Tx, slot: SlotId) -> Result<(), DbError> {
    sql("update slot set capacity = taken_public + taken_desk, public_capacity = taken_public, availability_id = null,
            withdrawn = $2
         where id = $1 and taken_public + taken_desk > 0")
    .bind(slot)
    .bind(true)
    .run(tx)
    .await?;
    Ok(())
}

/// Gives a slot other places and another room. Nobody loses a place: it keeps as many as are taken.
pub async fn reshape(
    tx: &mut Tx,
    slot: SlotId,
    (capacity, public): (i64, i64),
    room: Option<RoomId>,
) -> Result<(), DbError> {
    sql("update slot set room_id = cast($4 as bigint),
            capacity = case when taken_public + taken_desk > cast($2 as bigint) then taken_public + taken_desk
                else cast($2 as bigint) end,
            public_capacity = case when taken_public > cast($3 as bigint) then taken_public else cast($3 as bigint) end,
            version = version + 1
         where id = $1")
    .bind(slot)
    .bind(capacity)
    .bind(public)
    .bind(room)
    .run(tx)
    .await?;
    Ok(())
}

/// Slots to come, and bookings of them.
pub async fn to_come(store: impl Store, now: DateTime<Utc>) -> Result<(i64, i64), DbError> {
    sql("select (select count(*) from slot where starts_at > $1 and not withdrawn) as slots,
            (select count(*) from appointment where starts_at > $1 and state in ('hold', 'booked')) as booked")
        .bind(now)
        .one(store)
        .await
}
