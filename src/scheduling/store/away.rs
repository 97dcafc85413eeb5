//! Time away: when nothing can be booked, and whose slots that blocks.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::scheduling::model::{AppointmentId, Block, BlockId, Interval};
use crate::scheduling::store::appointments::Affected;

/// A stretch of time away.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct BlockRow {
    pub id: BlockId,
    pub doctor_id: Option<AccountId>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub reason: String,
    /// The holiday that it stands for; it goes with the holiday.
    pub holiday: Option<NaiveDate>,
}

impl BlockRow {
    /// As the model plans with it.
    pub fn block(&self) -> Option<Block> {
        Some(Block { doctor: self.doctor_id, at: Interval::new(self.starts_at, self.ends_at)? })
    }
}

/// Whether a time was taken away when it began, also where it was given back since.
pub async fn was_away(
    store: impl Store,
    doctor: AccountId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, DbError> {
    let found: i64 = sql("select count(*) from blocked_time where (lifted_at is null or lifted_at > $2)
            and (doctor_id is null or doctor_id = $1) and starts_at < $3 and ends_at > $2")
    .bind(doctor)
    .bind(from)
    .bind(until)
    .scalar(store)
    .await?;
    Ok(found > 0)
}

/// Time away that touches `[from, until)`: everybody's, or what concerns one doctor.
pub async fn blocks(
    store: impl Store,
    doctor: Option<AccountId>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<BlockRow>, DbError> {
    sql("select id, doctor_id, starts_at, ends_at, reason, holiday from blocked_time
         where lifted_at is null and ends_at > $1 and starts_at < $2
           and (cast($3 as bigint) is null or doctor_id is null or doctor_id = $3)
         order by starts_at, id limit 1000")
    .bind(from)
    .bind(until)
    .bind(doctor)
    .all(store)
    .await
}

/// One stretch of time away that was not lifted.
pub async fn block(store: impl Store, id: BlockId) -> Result<Option<BlockRow>, DbError> {
    sql("select id, doctor_id, starts_at, ends_at, reason, holiday from blocked_time
         where id = $1 and lifted_at is null")
    .bind(id)
    .optional(store)
    .await
}

/// What closes the clinic on a holiday.
pub async fn of_holiday(store: impl Store, day: NaiveDate) -> Result<Option<BlockRow>, DbError> {
    sql("select id, doctor_id, starts_at, ends_at, reason, holiday from blocked_time
         where holiday = $1 and lifted_at is null")
    .bind(day)
    .optional(store)
    .await
}

/// A block to be.
#[derive(Debug, Clone)]
pub struct New<'a> {
    pub doctor: Option<AccountId>,
    pub at: Interval,
    pub reason: &'a str,
    pub by: Option<i64>,
    pub now: DateTime<Utc>,
    pub holiday: Option<NaiveDate>,
}

/// Blocks a stretch of time: its open slots can no longer be booked; whoever is in them stays.
pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<BlockId, DbError> {
    let id: BlockId = sql(
        "insert into blocked_time (doctor_id, starts_at, ends_at, reason, created_by, created_at, holiday)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(new.doctor)
    .bind(new.at.starts_at())
    .bind(new.at.ends_at())
    .bind(new.reason)
    .bind(new.by)
    .bind(new.now)
    .bind(new.holiday)
    .scalar(&mut *tx)
    .await?;
    sql("update slot set state = 'blocked', block_id = $1, block_reason = $2, version = version + 1
         where state = 'open' and starts_at < $4 and ends_at > $3 and (cast($5 as bigint) is null or doctor_id = $5)")
    .bind(id)
    .bind(new.reason)
    .bind(new.at.starts_at())
    .bind(new.at.ends_at())
    .bind(new.doctor)
    .run(tx)
    .await?;
    Ok(id)
}

/// Lifts a block: its slots open again unless another block lies on them. `false` when it was lifted before.
pub async fn lift(tx: &mut Tx, id: BlockId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let touched = sql("update blocked_time set lifted_at = $2 where id = $1 and lifted_at is null")
        .bind(id)
        .bind(now)
        .run(&mut *tx)
        .await?;
    if touched == 0 {
        return Ok(false);
    }
    sql("update slot set block_id = (select min(b.id) from blocked_time b where b.lifted_at is null
            and (b.doctor_id is null or b.doctor_id = slot.doctor_id)
            and b.starts_at < slot.ends_at and b.ends_at > slot.starts_at), version = version + 1
         where block_id = $1 and state = 'blocked'")
    .bind(id)
    .run(&mut *tx)
    .await?;
    sql("update slot set state = 'open', block_reason = '' where block_id is null and state = 'blocked' and starts_at > $1")
        .bind(now)
        .run(tx)
        .await?;
    Ok(true)
}

/// A booking that a block asked to decide about.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Marked {
    pub id: AppointmentId,
    pub patient_id: PatientId,
    pub doctor_id: AccountId,
    pub starts_at: DateTime<Utc>,
    /// Another block that lies on the same time.
    pub other: Option<BlockId>,
}

/// The bookings that a block marked.
pub async fn marked(store: impl Store, id: BlockId) -> Result<Vec<Marked>, DbError> {
    sql("select a.id, a.patient_id, a.doctor_id, a.starts_at,
            (select min(b.id) from blocked_time b where b.lifted_at is null and b.id <> $1
                and (b.doctor_id is null or b.doctor_id = a.doctor_id)
                and b.starts_at < a.ends_at and b.ends_at > a.starts_at) as other
         from appointment a where a.decision_block = $1 and a.needs_decision order by a.id")
    .bind(id)
    .all(store)
    .await
}

/// Whose not coming counts, at a time that somebody says only now was taken away.
pub async fn missed_between(
    store: impl Store,
    doctor: Option<AccountId>,
    at: Interval,
) -> Result<Vec<Affected>, DbError> {
    sql("select a.id, a.patient_id, a.slot_id, p.given_names || ' ' || p.family_name as patient_name, p.number as patient_number,
            p.phone as patient_phone, a.starts_at
         from appointment a join patient p on p.id = a.patient_id
         where a.state = 'no_show' and a.counts_as_no_show and a.ends_at > $1 and a.starts_at < $2
           and (cast($3 as bigint) is null or a.doctor_id = $3)
         order by a.starts_at, a.id")
    .bind(at.starts_at())
    .bind(at.ends_at())
    .bind(doctor)
    .all(store)
    .await
}

/// Takes the count off a no-show, and grants what the patient said against it. The history stays.
pub async fn uncount(tx: &mut Tx, id: AppointmentId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let touched =
        sql("update appointment set counts_as_no_show = $2, updated_at = $3, version = version + 1,
            objection_state = case when objection_state is null then null else 'granted' end
         where id = $1 and state = 'no_show' and counts_as_no_show")
        .bind(id)
        .bind(false)
        .bind(at)
        .run(tx)
        .await?;
    Ok(touched == 1)
}
