//! What there is, batch by batch; names, and what waits.

use chrono::NaiveDate;

use super::overview::LOOK_BACK;
use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, ItemId, ItemKind, StoreId, StoreKind};

/// What lies of a batch in a store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Level {
    pub batch_id: BatchId,
    pub item_id: ItemId,
    pub item: String,
    pub unit: String,
    pub number: String,
    pub expiry: NaiveDate,
    pub unit_cost: i64,
    pub held_reason: String,
    pub recall_reason: String,
    pub store_id: StoreId,
    pub store: String,
    pub store_kind: StoreKind,
    pub on_hand: i64,
}

macro_rules! levels {
    ($tail:literal) => {
        concat!(
            "select l.batch_id, l.item_id, i.name as item, i.unit, b.number, b.expiry, b.unit_cost, b.held_reason,
                b.recall_reason, l.store_id, s.name as store, s.kind as store_kind, l.on_hand
             from stock_level l join stock_batch b on b.id = l.batch_id join stock_store s on s.id = l.store_id
             join stock_item i on i.id = l.item_id ",
            $tail
        )
    };
}

/// What lies of an item, the earliest expiry first.
pub async fn of_item(store: impl Store, item: ItemId) -> Result<Vec<Level>, DbError> {
    sql(levels!("where l.item_id = $1 and l.on_hand > 0 order by b.expiry, b.id, s.position, s.id"))
        .bind(item)
        .all_kept(store)
        .await
}

/// Where a batch lies or lay.
pub async fn of_batch(store: impl Store, batch: BatchId) -> Result<Vec<Level>, DbError> {
    sql(levels!("where l.batch_id = $1 order by l.on_hand desc, s.position, s.id"))
        .bind(batch)
        .all(store)
        .await
}

/// What is expired, expires soon, is held or recalled; the earliest expiry first.
pub async fn ending(store: impl Store, soon: NaiveDate) -> Result<Vec<Level>, DbError> {
    sql(levels!(
        "where l.on_hand > 0 and (b.expiry <= $1 or b.held_at is not null or b.recalled_at is not null)
         order by b.expiry, i.folded, b.id, s.id limit 1000"
    ))
    .bind(soon)
    .all(store)
    .await
}

/// What somebody may type to mean an item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Named {
    pub id: ItemId,
    pub kind: ItemKind,
    pub name: String,
    pub unit: String,
    pub pack: i64,
    pub step: i64,
    pub words: String,
}

/// Every item that is kept, with the words by which it is found.
pub async fn names(store: impl Store) -> Result<Vec<Named>, DbError> {
    sql("select i.id, i.kind, i.name, i.unit, i.pack, i.step, i.folded || ' ' || lower(coalesce(m.brands, '')) as words
         from stock_item i left join medicine m on m.id = i.medicine_id where i.active order by i.folded, i.id")
    .all(store)
    .await
}

/// Notes the items of which nothing usable is there today, and forgets what lies too far back to matter.
pub async fn note_stock_outs(tx: &mut Tx, today: NaiveDate) -> Result<u64, DbError> {
    let old = today.checked_sub_days(chrono::Days::new(4 * LOOK_BACK as u64)).unwrap_or(today);
    sql("delete from stock_out_day where day < $1").bind(old).run(&mut *tx).await?;
    sql("insert into stock_out_day (item_id, day)
         select i.id, $1 from stock_item i where i.active and not exists (select 1 from stock_level l
            join stock_batch b on b.id = l.batch_id join stock_store s on s.id = l.store_id
            where l.item_id = i.id and l.on_hand > 0 and b.expiry > $1 and b.held_at is null
              and b.recalled_at is null and s.kind <> 'quarantine')
         on conflict (item_id, day) do nothing")
    .bind(today)
    .run(tx)
    .await
}

/// What waits for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Waiting {
    /// Corrections above the limit.
    pub adjustments: i64,
    /// Transfers on their way.
    pub transfers: i64,
    /// Stocktakes whose differences nobody has posted.
    pub counts: i64,
    /// Orders that are expected.
    pub orders: i64,
}

/// What waits.
pub async fn waiting(store: impl Store) -> Result<Waiting, DbError> {
    sql("select (select count(*) from stock_adjustment where state = 'waiting') as adjustments,
            (select count(*) from stock_transfer where state = 'sent') as transfers,
            (select count(*) from stock_count where state = 'counted') as counts,
            (select count(*) from stock_order where state in ('draft', 'sent', 'part') and state <> 'draft')
                as orders")
    .one(store)
    .await
}

/// What is usable of a thing in treatment rooms and where things are handed out, with its unit; none for what never lay
/// there.
pub async fn lies_for_procedures(
    store: impl Store,
    name: &str,
    today: NaiveDate,
) -> Result<Option<(i64, String)>, DbError> {
    sql("select cast(sum(case when b.expiry > $2 and b.held_at is null and b.recalled_at is null then v.on_hand else 0 end)
            as bigint), i.unit
         from stock_alias a join stock_item i on i.id = a.item_id join stock_batch b on b.item_id = i.id
         join stock_level v on v.batch_id = b.id join stock_store s on s.id = v.store_id
         where a.name = $1 and s.active and s.kind in ('treatment', 'dispensary') group by i.id, i.unit")
    .bind(name)
    .bind(today)
    .optional(store)
    .await
}
