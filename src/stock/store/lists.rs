//! What there is: item by item, batch by batch.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{BatchId, DailyUse, ItemId, ItemKind, StoreId, StoreKind, days_left, suggestion};

/// Days over which the use is counted (rule K8).
const LOOK_BACK: i64 = 90;

/// An item with what there is of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
pub struct Stocked {
    pub id: ItemId,
    pub kind: ItemKind,
    pub medicine_id: Option<i64>,
    pub name: String,
    pub brands: String,
    pub unit: String,
    pub pack: i64,
    pub step: i64,
    pub reorder_level: Option<i64>,
    pub lead_days: i64,
    pub cover_days: i64,
    pub active: bool,
    pub version: i64,
    pub on_hand: i64,
    /// Not expired, not held, not recalled, not in quarantine (rule K7).
    pub usable: i64,
    /// Usable, but not for long.
    pub soon: i64,
    pub expired: i64,
    pub held: i64,
    /// Kobo.
    pub worth: i64,
    pub on_order: i64,
    pub in_transit: i64,
    /// Used within the last 90 days, without days on which there was nothing.
    pub used: i64,
    pub out_days: i64,
    pub first_at: Option<DateTime<Utc>>,
}

impl Stocked {
    /// How much is used a day.
    pub fn usage(&self, today: NaiveDate, clinic: &crate::settings::model::Clinic) -> DailyUse {
        let known = self.first_at.map_or(0, |at| (today - clinic.day_of(at)).num_days().max(1));
        DailyUse { used: self.used, days: known.min(LOOK_BACK) - self.out_days }
    }

    /// What to order.
    pub fn suggested(&self, usage: DailyUse) -> i64 {
        let there = self.usable + self.on_order + self.in_transit;
        suggestion(usage, self.lead_days + self.cover_days, there, self.pack)
    }

    /// How long it lasts.
    pub fn days_left(&self, usage: DailyUse) -> Option<i64> {
        days_left(usage, self.usable)
    }

    /// Nothing usable is left of what is kept.
    pub fn is_out(&self) -> bool {
        self.active && self.usable == 0
    }

    /// Less usable units than the clinic wants to have.
    pub fn is_low(&self) -> bool {
        self.active && self.reorder_level.is_some_and(|level| self.usable <= level)
    }
}

macro_rules! stocked {
    ($one:literal, $tail:literal) => {
        concat!(
            "select i.id, i.kind, i.medicine_id, i.name, coalesce(m.brands, '') as brands, i.unit, i.pack, i.step,
                i.reorder_level, i.lead_days, i.cover_days, i.active, i.version, coalesce(v.on_hand, 0) as on_hand,
                coalesce(v.usable, 0) as usable, coalesce(v.soon, 0) as soon, coalesce(v.expired, 0) as expired,
                coalesce(v.held, 0) as held, coalesce(v.worth, 0) as worth, coalesce(p.on_order, 0) as on_order,
                coalesce(t.in_transit, 0) as in_transit, coalesce(u.used, 0) as used,
                coalesce(d.out_days, 0) as out_days, f.first_at
             from stock_item i left join medicine m on m.id = i.medicine_id
             left join (select x.item_id, cast(sum(x.on_hand) as bigint) as on_hand,
                    cast(sum(case when b.expiry > $1 and b.held_at is null and b.recalled_at is null
                        and s.kind <> 'quarantine' then x.on_hand else 0 end) as bigint) as usable,
                    cast(sum(case when b.expiry > $1 and b.expiry <= $2 and b.held_at is null
                        and b.recalled_at is null and s.kind <> 'quarantine' then x.on_hand else 0 end) as bigint) as soon,
                    cast(sum(case when b.expiry <= $1 then x.on_hand else 0 end) as bigint) as expired,
                    cast(sum(case when b.expiry > $1 and (b.held_at is not null or b.recalled_at is not null
                        or s.kind = 'quarantine') then x.on_hand else 0 end) as bigint) as held,
                    cast(sum(x.on_hand * b.unit_cost) as bigint) as worth
                from stock_level x join stock_batch b on b.id = x.batch_id join stock_store s on s.id = x.store_id
                where x.on_hand > 0", $one, " group by x.item_id) v on v.item_id = i.id
             left join (select x.item_id, cast(sum(case when x.quantity > x.received then x.quantity - x.received
                    else 0 end) as bigint) as on_order
                from stock_order o join stock_order_line x on x.order_id = o.id
                where o.state in ('sent', 'part')", $one, " group by x.item_id) p on p.item_id = i.id
             left join (select x.item_id, cast(sum(x.quantity) as bigint) as in_transit
                from stock_transfer w join stock_transfer_line x on x.transfer_id = w.id
                where w.state = 'sent'", $one, " group by x.item_id) t on t.item_id = i.id
             left join (select x.item_id, cast(sum(x.quantity) as bigint) as used from stock_use x
                where x.day >= $3 and x.day < $1 and not exists (select 1 from stock_out_day o
                    where o.item_id = x.item_id and o.day = x.day)", $one, " group by x.item_id) u on u.item_id = i.id
             left join (select x.item_id, count(*) as out_days from stock_out_day x
                where x.day >= $3 and x.day < $1", $one, " group by x.item_id) d on d.item_id = i.id
             left join (select x.item_id, min(x.received_at) as first_at from stock_batch x
                where x.id > 0", $one, " group by x.item_id) f on f.item_id = i.id ",
            $tail
        )
    };
}

fn since(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(chrono::Days::new(LOOK_BACK as u64)).unwrap_or(today)
}

/// Every item with what there is of it, also those that never had a batch.
pub async fn overview(store: impl Store, today: NaiveDate, soon: NaiveDate) -> Result<Vec<Stocked>, DbError> {
    sql(stocked!("", "order by i.folded, i.id")).bind(today).bind(soon).bind(since(today)).all(store).await
}

/// The same of one item.
pub async fn one(
    store: impl Store,
    id: ItemId,
    (today, soon): (NaiveDate, NaiveDate),
) -> Result<Option<Stocked>, DbError> {
    sql(stocked!(" and x.item_id = $4", "where i.id = $4"))
        .bind(today)
        .bind(soon)
        .bind(since(today))
        .bind(id)
        .optional(store)
        .await
}

/// What lies of a batch in a store.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
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
        .all(store)
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
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow, serde::Deserialize)]
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
            (select count(*) from stock_order where state in ('sent', 'part')) as orders")
    .one(store)
    .await
}
