//! The ledger: rows in, and what it says about levels.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, Value, moment, sql};
use crate::stock::model::{BatchId, Candidate, ItemId, Kind, MovementId, Out, Reserved, StoreId};

const MOVEMENT: Table = Table {
    name: "stock_movement",
    columns: &[
        "item_id",
        "batch_id",
        "store_id",
        "kind",
        "quantity",
        "balance",
        "unit_cost",
        "reason",
        "ref_kind",
        "ref_id",
        "account_id",
        "account_name",
        "at",
        "occurred_at",
        "day",
    ],
};

/// What lies in a store of an item, batch by batch.
pub async fn candidates(store: impl Store, item: ItemId, place: StoreId) -> Result<Vec<Candidate>, DbError> {
    sql("select b.id as batch, b.number, b.expiry, b.received_at, b.unit_cost, l.on_hand, b.held_reason,
            b.recall_reason
         from stock_level l join stock_batch b on b.id = l.batch_id
         where l.item_id = $1 and l.store_id = $2 and l.on_hand > 0 order by b.expiry, b.received_at, b.id")
    .bind(item)
    .bind(place)
    .all(store)
    .await
}

/// A batch that lies in a store, with what is reserved of its item there.
#[derive(Debug, serde::Deserialize)]
struct Lying {
    candidate: Candidate,
    reserved: Reserved,
}

/// The same with what is reserved there of it: for whom a row of the ledger with this cause leaves, and for all others. What
/// is given of a line just now may have ended it already, so its own reservation is asked for as it was made.
pub async fn lying(
    store: impl Store,
    (item, place): (ItemId, StoreId),
    (ref_kind, ref_id): (&str, i64),
    today: NaiveDate,
) -> Result<(Vec<Candidate>, Reserved), DbError> {
    let rows: Vec<Lying> = sql("with whose as (select g.line_id from dispensing_line g where $3 = 'dispensing_line' and g.id = $4)
         select b.id as batch, b.number, b.expiry, b.received_at, b.unit_cost, l.on_hand, b.held_reason, b.recall_reason,
            cast(coalesce((select sum(o.quantity) from stock_reservation o join whose w on w.line_id = o.line_id
                where o.item_id = $1 and o.store_id = $2 and o.until >= $5), 0) as bigint) as own,
            cast(coalesce((select sum(r.quantity) from stock_reserved r where r.item_id = $1 and r.store_id = $2
                and r.until >= $5 and r.line_id not in (select line_id from whose)), 0) as bigint) as others
         from stock_level l join stock_batch b on b.id = l.batch_id
         where l.item_id = $1 and l.store_id = $2 and l.on_hand > 0 order by b.expiry, b.received_at, b.id")
    .bind(item)
    .bind(place)
    .bind(ref_kind)
    .bind(ref_id)
    .bind(today)
    .all(store)
    .await?;
    let reserved = rows.first().map(|row| row.reserved).unwrap_or_default();
    Ok((rows.into_iter().map(|row| row.candidate).collect(), reserved))
}

/// What lies of a batch in a store.
pub async fn level(store: impl Store, batch: BatchId, place: StoreId) -> Result<i64, DbError> {
    let row: Option<(i64,)> = sql("select on_hand from stock_level where batch_id = $1 and store_id = $2")
        .bind(batch)
        .bind(place)
        .optional(store)
        .await?;
    Ok(row.map_or(0, |row| row.0))
}

/// One row on its way into the ledger.
#[derive(Debug, Clone, Copy)]
pub struct NewMovement {
    /// The item.
    pub item: ItemId,
    /// The batch.
    pub batch: BatchId,
    /// The store.
    pub store: StoreId,
    /// Signed.
    pub quantity: i64,
    /// What lies there before it.
    pub on_hand: i64,
    /// Kobo of one unit.
    pub unit_cost: i64,
}

/// Who writes, when, and when it happened if that was earlier (rule K4).
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    pub by: Option<AccountId>,
    /// What it is called.
    pub name: &'a str,
    /// When it was written.
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
    /// When it happened, if that was earlier.
    pub occurred_at: Option<DateTime<Utc>>,
}

/// Writes rows of one cause. The table keeps the levels and refuses what would go below zero; `balance` is checked by
/// SQLite, which has one writer, and set by PostgreSQL in the statement that books it.
pub async fn write(tx: &mut Tx, rows: &[NewMovement], out: &Out<'_>, hand: &Hand<'_>) -> Result<(), DbError> {
    let row = |one: &NewMovement| -> Vec<Value> {
        vec![
            one.item.into(),
            one.batch.into(),
            one.store.into(),
            out.kind.into(),
            one.quantity.into(),
            (one.on_hand + one.quantity).into(),
            one.unit_cost.into(),
            out.reason.into(),
            out.ref_kind.into(),
            out.ref_id.into(),
            hand.by.into(),
            hand.name.into(),
            hand.at.into(),
            hand.occurred_at.into(),
            hand.day.into(),
        ]
    };
    bulk::insert(tx, MOVEMENT, &mut rows.iter().map(row).collect()).await
}

/// A row of the ledger as it is read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Movement {
    /// Its id.
    pub id: MovementId,
    /// The item.
    pub item_id: ItemId,
    /// The batch.
    pub batch_id: BatchId,
    /// The number on the pack.
    pub number: String,
    /// The day on which it can no longer be used.
    #[serde(deserialize_with = "moment::day")]
    pub expiry: NaiveDate,
    /// The store.
    pub store_id: StoreId,
    /// The store.
    pub store: String,
    /// What it is.
    pub kind: Kind,
    /// Smallest units.
    pub quantity: i64,
    /// What lies in the store of this batch after it.
    pub balance: i64,
    /// Kobo of one unit.
    pub unit_cost: i64,
    /// Somebody's words.
    pub reason: String,
    /// The table of what caused it.
    pub ref_kind: String,
    /// Its row.
    pub ref_id: i64,
    /// Who wrote it.
    pub account_name: String,
    /// When it was written.
    #[serde(deserialize_with = "moment::at")]
    pub at: DateTime<Utc>,
    /// When it happened, if that was earlier.
    pub occurred_at: Option<DateTime<Utc>>,
}

macro_rules! movements {
    ($tail:literal) => {
        movements!("stock_movement", "where ", $tail)
    };
    ($from:literal, $where:literal, $tail:literal) => {
        concat!(
            "select m.id, m.item_id, m.batch_id, b.number, b.expiry, m.store_id, s.name as store, m.kind, m.quantity,
                m.balance, m.unit_cost, m.reason, m.ref_kind, m.ref_id, m.account_name, m.at, m.occurred_at
             from ",
            $from,
            " m join stock_batch b on b.id = m.batch_id join stock_store s on s.id = m.store_id ",
            $where,
            $tail
        )
    };
}

/// Which rows of an item's ledger are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The batch.
    pub batch: Option<BatchId>,
    /// The store.
    pub store: Option<StoreId>,
    /// What it is.
    pub kind: Option<Kind>,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// Rows older than this one.
    pub before: Option<i64>,
}

/// The ledger of an item, newest first.
pub async fn of_item(
    store: impl Store,
    item: ItemId,
    filter: &Filter,
    most: i64,
) -> Result<Vec<Movement>, DbError> {
    // Cut before the joins: a busy medicine has a hundred thousand rows, and the page shows fifty. Each text has its index;
    // with all conditions in one, PostgreSQL takes every row of the item to be few.
    let before = filter.before.unwrap_or(i64::MAX);
    if *filter == (Filter { before: filter.before, ..Filter::default() }) {
        let newest = movements!(
            "(select * from stock_movement where item_id = $1 and id < $2 order by id desc limit $3)",
            "",
            ""
        );
        // In this order again: asked for it, SQLite copies every row once more.
        let mut rows: Vec<Movement> = sql(newest).bind(item).bind(before).bind(most).all_kept(store).await?;
        rows.sort_unstable_by_key(|row| Reverse(row.id));
        return Ok(rows);
    }
    let narrowed = match filter.batch {
        Some(_) => movements!(
            "(select * from stock_movement where batch_id = $3 and item_id = $1 and id < $2
                and ($4 = 0 or store_id = $4) and ($5 = '' or kind = $5) and day >= $6 and day <= $7
                order by id desc limit $8)",
            "",
            "order by m.id desc"
        ),
        None => movements!(
            "(select * from stock_movement where item_id = $1 and id < $2 and $3 = 0
                and ($4 = 0 or store_id = $4) and ($5 = '' or kind = $5) and day >= $6 and day <= $7
                order by id desc limit $8)",
            "",
            "order by m.id desc"
        ),
    };
    sql(narrowed)
        .bind(item)
        .bind(before)
        .bind(filter.batch.map_or(0, |one| one.0))
        .bind(filter.store.map_or(0, |one| one.0))
        .bind(filter.kind.map_or("", Kind::as_str))
        .bind(filter.from.unwrap_or(NaiveDate::MIN.max(FIRST)))
        .bind(filter.to.unwrap_or(crate::stock::model::NEVER))
        .bind(most)
        .all(store)
        .await
}

/// Before anything.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The rows of one cause.
pub async fn of_ref(store: impl Store, kind: &str, id: i64) -> Result<Vec<Movement>, DbError> {
    sql(movements!("m.ref_kind = $1 and m.ref_id = $2 and m.ref_kind <> '' order by m.id"))
        .bind(kind)
        .bind(id)
        .all(store)
        .await
}

/// What of a batch went to patients one way, and is still out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Gone {
    /// The table of what caused it: hand-outs or procedures.
    pub ref_kind: String,
    /// How often.
    pub times: i64,
    /// Units that left less units that came back.
    pub units: i64,
}

/// What of a batch went to patients and is still out: given out, and used in treatments (rules PH5, PH6).
pub async fn gone(store: impl Store, batch: BatchId) -> Result<Vec<Gone>, DbError> {
    sql("select h.ref_kind, count(*) as times, cast(sum(h.units) as bigint) as units from (
            select ref_kind, ref_id, cast(-sum(quantity) as bigint) as units from stock_movement
            where batch_id = $1 and ref_kind in ('dispensing_line', 'visit_procedure') and kind in ('issue', 'return_in')
            group by ref_kind, ref_id having sum(quantity) < 0) h
         group by h.ref_kind order by h.ref_kind")
    .bind(batch)
    .all(store)
    .await
}

/// Usable units of medicines in stores that hand out to patients.
pub async fn usable_of_medicines(store: impl Store, today: NaiveDate) -> Result<Vec<(i64, i64)>, DbError> {
    sql("select i.medicine_id, cast(sum(l.on_hand) - coalesce(max(g.units), 0) as bigint)
         from stock_store s join stock_level l on l.store_id = s.id join stock_batch b on b.id = l.batch_id
         join stock_item i on i.id = l.item_id left join (select r.item_id, sum(r.quantity) as units
            from stock_reserved r join stock_store d on d.id = r.store_id
            where r.until >= $1 and d.kind = 'dispensary' and d.active group by r.item_id) g on g.item_id = i.id
         where s.kind = 'dispensary' and s.active and l.on_hand > 0 and b.expiry > $1 and b.held_at is null
           and b.recalled_at is null and i.medicine_id is not null
         group by i.medicine_id")
    .bind(today)
    .all_kept(store)
    .await
}

/// The same of a few medicines, at most [`FEW`].
pub async fn usable_of(
    store: impl Store,
    medicines: &[i64],
    today: NaiveDate,
) -> Result<Vec<(i64, i64)>, DbError> {
    let Some(first) = medicines.first() else { return Ok(Vec::new()) };
    let padded = medicines.iter().chain(std::iter::repeat(first)).take(FEW);
    sql("select i.medicine_id, cast(sum(l.on_hand) - coalesce((select sum(r.quantity) from stock_reserved r
                join stock_store d on d.id = r.store_id
                where r.item_id = i.id and r.until >= $1 and d.kind = 'dispensary' and d.active), 0) as bigint)
         from stock_item i join stock_level l on l.item_id = i.id join stock_store s on s.id = l.store_id
         join stock_batch b on b.id = l.batch_id
         where i.medicine_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41)
           and s.kind = 'dispensary' and s.active and l.on_hand > 0 and b.expiry > $1 and b.held_at is null
           and b.recalled_at is null
         group by i.medicine_id, i.id")
    .bind(today)
    .bind_each(padded.copied())
    .all_kept(store)
    .await
}

/// So many medicines one statement asks for.
pub const FEW: usize = 40;
