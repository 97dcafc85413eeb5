//! Corrections with their reasons.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{AdjustmentId, AdjustmentState, BatchId, CountId, ItemId, Kind, Reason, StoreId};

/// A correction.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Adjustment {
    pub id: AdjustmentId,
    pub item_id: ItemId,
    pub item: String,
    pub unit: String,
    pub batch_id: BatchId,
    pub number: String,
    pub store_id: StoreId,
    pub store: String,
    pub kind: Kind,
    pub quantity: i64,
    pub reason: Reason,
    pub note: String,
    /// Kobo.
    pub value: i64,
    pub state: AdjustmentState,
    pub proposed_by: Option<AccountId>,
    pub proposed_name: String,
    pub proposed_at: DateTime<Utc>,
    pub decided_name: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision: String,
    /// While it waits: the stocktake that counted the batch there since, and knows already what is missing or found.
    pub counted_in: Option<CountId>,
}

macro_rules! adjustments {
    ($tail:literal) => {
        concat!(
            "select a.id, a.item_id, i.name as item, i.unit, a.batch_id, b.number, a.store_id, s.name as store, a.kind,
                a.quantity, a.reason, a.note, a.value, a.state, a.proposed_by, a.proposed_name, a.proposed_at,
                a.decided_name, a.decided_at, a.decision,
                (select max(c.id) from stock_count_line l join stock_count c on c.id = l.count_id
                    where a.state = 'waiting' and l.batch_id = a.batch_id and c.store_id = a.store_id
                        and c.state <> 'cancelled' and l.counted is not null and (l.counted_at >= a.proposed_at
                            or c.ended_at >= a.proposed_at and l.counted <> l.book)) as counted_in
             from stock_adjustment a join stock_item i on i.id = a.item_id join stock_batch b on b.id = a.batch_id
             join stock_store s on s.id = a.store_id ",
            $tail
        )
    };
}

/// What waits first, then the latest others.
pub async fn all(store: impl Store) -> Result<Vec<Adjustment>, DbError> {
    sql(adjustments!("order by case when a.state = 'waiting' then 0 else 1 end, a.id desc limit 100"))
        .all(store)
        .await
}

/// One correction.
pub async fn by_id(store: impl Store, id: AdjustmentId) -> Result<Option<Adjustment>, DbError> {
    sql(adjustments!("where a.id = $1")).bind(id).optional(store).await
}

/// A correction on its way in.
#[derive(Debug)]
pub struct NewAdjustment<'a> {
    pub item: ItemId,
    pub batch: BatchId,
    pub store: StoreId,
    pub quantity: i64,
    pub reason: Reason,
    pub note: &'a str,
    pub value: i64,
    /// Whether a second person has to agree.
    pub waits: bool,
    pub by: (Option<AccountId>, &'a str),
    pub at: DateTime<Utc>,
}

/// Writes it: done, or waiting for a second person.
pub async fn insert(tx: &mut Tx, new: &NewAdjustment<'_>) -> Result<AdjustmentId, DbError> {
    let decided = (!new.waits).then_some(new.at);
    let state = if new.waits { AdjustmentState::Waiting } else { AdjustmentState::Done };
    sql("insert into stock_adjustment (item_id, batch_id, store_id, kind, quantity, reason, note, value, state,
            proposed_by, proposed_name, proposed_at, decided_at, two_people)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id")
    .bind(new.item)
    .bind(new.batch)
    .bind(new.store)
    .bind(new.reason.kind())
    .bind(new.quantity)
    .bind(new.reason)
    .bind(new.note)
    .bind(new.value)
    .bind(state)
    .bind(new.by.0)
    .bind(new.by.1)
    .bind(new.at)
    .bind(decided)
    .bind(new.waits)
    .scalar(tx)
    .await
}

/// What one person has corrected of an item since a moment that no second person has seen, in kobo.
pub async fn alone(
    store: impl Store,
    item: ItemId,
    by: AccountId,
    since: DateTime<Utc>,
) -> Result<i64, DbError> {
    sql("select cast(coalesce(sum(value), 0) as bigint) from stock_adjustment
         where item_id = $1 and proposed_by = $2 and proposed_at >= $3 and not two_people")
    .bind(item)
    .bind(by)
    .bind(since)
    .scalar(store)
    .await
}

/// Decides what waits.
///
/// # Errors
/// A violation of `stock_adjustment_two` when the proposer decides.
pub async fn decide(
    tx: &mut Tx,
    (id, to): (AdjustmentId, AdjustmentState),
    (by, name): (Option<AccountId>, &str),
    words: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update stock_adjustment set state = $2, decided_by = $3, decided_name = $4, decision = $5,
            decided_at = $6 where id = $1 and state = 'waiting'")
        .bind(id)
        .bind(to)
        .bind(by)
        .bind(name)
        .bind(words)
        .bind(at)
        .run(tx)
        .await?;
    Ok(changed == 1)
}
