//! Stocktakes.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, CountId, CountState, ItemId, StoreId};

/// A stocktake.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Count {
    pub id: CountId,
    pub store_id: StoreId,
    pub store: String,
    pub state: CountState,
    pub about: String,
    pub begun_name: String,
    pub begun_at: DateTime<Utc>,
    pub counted_by: Option<AccountId>,
    pub counted_name: String,
    pub counted_at: Option<DateTime<Utc>>,
    pub ended_name: String,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub version: i64,
    pub lines: i64,
    pub done: i64,
}

macro_rules! counts {
    ($tail:literal) => {
        concat!(
            "select c.id, c.store_id, s.name as store, c.state, c.about, c.begun_name, c.begun_at, c.counted_by,
                c.counted_name, c.counted_at, c.ended_name, c.ended_at, c.reason, c.version,
                (select count(*) from stock_count_line l where l.count_id = c.id) as lines,
                (select count(*) from stock_count_line l where l.count_id = c.id and l.counted is not null) as done
             from stock_count c join stock_store s on s.id = c.store_id ",
            $tail
        )
    };
}

/// Open ones first, then the latest others.
pub async fn all(store: impl Store) -> Result<Vec<Count>, DbError> {
    sql(counts!(
        "order by case when c.state in ('counting', 'counted') then 0 else 1 end, c.id desc limit 100"
    ))
    .all(store)
    .await
}

/// One stocktake.
pub async fn by_id(store: impl Store, id: CountId) -> Result<Option<Count>, DbError> {
    sql(counts!("where c.id = $1")).bind(id).optional(store).await
}

/// One batch of a stocktake.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct CountLine {
    pub id: i64,
    pub item_id: ItemId,
    pub item: String,
    pub unit: String,
    pub batch_id: BatchId,
    pub number: String,
    pub expiry: NaiveDate,
    pub unit_cost: i64,
    /// What the books said when it was counted.
    pub book: Option<i64>,
    pub counted: Option<i64>,
    pub counted_name: String,
    /// Corrections of it there that wait for a second person.
    pub waiting: i64,
}

impl CountLine {
    /// What was found more, or less.
    pub fn difference(&self) -> i64 {
        self.counted.unwrap_or(0) - self.book.unwrap_or(0)
    }
}

/// The batches of a stocktake in the order of names.
pub async fn lines(store: impl Store, count: CountId) -> Result<Vec<CountLine>, DbError> {
    sql("select l.id, l.item_id, i.name as item, i.unit, l.batch_id, b.number, b.expiry, b.unit_cost, l.book, l.counted,
            l.counted_name, (select count(*) from stock_adjustment a where a.state = 'waiting' and a.item_id = l.item_id
                and a.batch_id = l.batch_id
                and a.store_id = (select c.store_id from stock_count c where c.id = l.count_id)) as waiting
         from stock_count_line l join stock_item i on i.id = l.item_id join stock_batch b on b.id = l.batch_id
         where l.count_id = $1 order by i.folded, b.expiry, l.id")
    .bind(count)
    .all(store)
    .await
}

/// Begins one over everything of a kind that lies in a store; an empty `kind` is everything.
///
/// # Errors
/// A violation of `stock_count_store_id_unique` while one is open there.
pub async fn begin(
    tx: &mut Tx,
    (store, kind, about): (StoreId, &str, &str),
    (by, name): (Option<AccountId>, &str),
    at: DateTime<Utc>,
) -> Result<CountId, DbError> {
    let id: CountId = sql("insert into stock_count (store_id, state, about, begun_by, begun_name, begun_at)
         values ($1, 'counting', $2, $3, $4, $5) returning id")
    .bind(store)
    .bind(about)
    .bind(by)
    .bind(name)
    .bind(at)
    .scalar(&mut *tx)
    .await?;
    sql("insert into stock_count_line (count_id, item_id, batch_id)
         select $1, l.item_id, l.batch_id from stock_level l join stock_item i on i.id = l.item_id
         where l.store_id = $2 and l.on_hand > 0 and ($3 = '' or i.kind = $3)")
    .bind(id)
    .bind(store)
    .bind(kind)
    .run(tx)
    .await?;
    Ok(id)
}

/// Takes a stocktake; false unless it is being counted.
pub async fn hold(tx: &mut Tx, id: CountId) -> Result<bool, DbError> {
    let held = sql("update stock_count set version = version where id = $1 and state = 'counting'");
    Ok(held.bind(id).run(tx).await? == 1)
}

/// A line for a batch that had none.
///
/// # Errors
/// A violation of `stock_count_line_count_id_batch_id_unique` when it has one.
pub async fn add_line(tx: &mut Tx, (count, item, batch): (CountId, ItemId, BatchId)) -> Result<i64, DbError> {
    sql("insert into stock_count_line (count_id, item_id, batch_id) values ($1, $2, $3) returning id")
        .bind(count)
        .bind(item)
        .bind(batch)
        .scalar(tx)
        .await
}

/// Keeps what was counted of a line; the book value is what lies there by the books at this moment.
pub async fn count(
    tx: &mut Tx,
    (count, line): (CountId, i64),
    counted: i64,
    name: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed = sql("update stock_count_line set counted = $3, counted_name = $4, counted_at = $5,
            book = coalesce((select l.on_hand from stock_level l join stock_count c on c.store_id = l.store_id
                where c.id = $1 and l.batch_id = stock_count_line.batch_id), 0)
         where id = $2 and count_id = $1")
    .bind(count)
    .bind(line)
    .bind(counted)
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Hands it in, or back to the counters.
pub async fn turn(
    tx: &mut Tx,
    (id, version): (CountId, i64),
    to: CountState,
    (by, name): (Option<AccountId>, &str),
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let counted = to == CountState::Counted;
    let changed =
        sql("update stock_count set state = $3, counted_by = $4, counted_name = $5, counted_at = $6,
            version = version + 1 where id = $1 and version = $2 and state in ('counting', 'counted')")
        .bind(id)
        .bind(version)
        .bind(to)
        .bind(by.filter(|_| counted))
        .bind(if counted { name } else { "" })
        .bind(counted.then_some(at))
        .run(tx)
        .await?;
    Ok(changed == 1)
}

/// Posts or cancels it.
///
/// # Errors
/// A violation of `stock_count_two` when whoever counted posts.
pub async fn end(
    tx: &mut Tx,
    (id, version, to): (CountId, i64, CountState),
    (by, name): (Option<AccountId>, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update stock_count set state = $3, ended_by = $4, ended_name = $5, ended_at = $6, reason = $7,
            version = version + 1 where id = $1 and version = $2
            and (state = 'counted' or (state = 'counting' and $3 = 'cancelled'))")
        .bind(id)
        .bind(version)
        .bind(to)
        .bind(by)
        .bind(name)
        .bind(at)
        .bind(reason)
        .run(tx)
        .await?;
    Ok(changed == 1)
}
