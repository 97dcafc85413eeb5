//! What there is of every item: the sums that the ledger keeps, less the few batches that are not simply usable.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::stock::model::{DailyUse, ItemId, ItemKind, Show, days_left, suggestion};

/// Days over which the use is counted (rule K8).
pub(super) const LOOK_BACK: i64 = 90;
/// From where and how many, where none is left out.
pub const ALL: (i64, i64) = (0, 100_000);

/// An item with what there is of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
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
    /// Not expired, not held, not recalled, not in quarantine, not reserved (rule K7).
    pub usable: i64,
    /// Usable, and reserved for patients.
    pub reserved: i64,
    /// Usable, but not for long.
    pub soon: i64,
    pub expired: i64,
    pub held: i64,
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

/// Which batches may hold units that are not simply usable on the day $1, or not for longer than $2.
macro_rules! of_all {
    () => {
        "(select id from stock_batch where on_hand > 0 and expiry <= $2
            union select id from stock_batch where on_hand > 0 and (held_at is not null or recalled_at is not null)
            union select l.batch_id from stock_store q join stock_level l on l.store_id = q.id
                where q.kind = 'quarantine' and l.on_hand > 0) e
         join stock_batch b on b.id = e.id join stock_level x on x.batch_id = b.id and x.on_hand > 0"
    };
}

macro_rules! of_one {
    () => {
        "stock_level x join stock_batch b on b.id = x.batch_id and x.item_id = $4 and x.on_hand > 0"
    };
}

/// Where one item is asked for, the sums beside it are made of that one alone.
macro_rules! only {
    (of_all, $column:literal) => {
        ""
    };
    (of_one, $column:literal) => {
        concat!(" and ", $column, " = $4")
    };
}

/// What is not simply usable, item by item.
macro_rules! apart {
    ($of:ident) => {
        concat!(
            "with apart as (select x.item_id,
                cast(sum(case when b.expiry <= $1 then x.on_hand else 0 end) as bigint) as expired,
                cast(sum(case when b.expiry > $1 and (b.held_at is not null or b.recalled_at is not null
                    or s.kind = 'quarantine') then x.on_hand else 0 end) as bigint) as held,
                cast(sum(case when b.expiry > $1 and b.expiry <= $2 and b.held_at is null and b.recalled_at is null
                    and s.kind <> 'quarantine' then x.on_hand else 0 end) as bigint) as soon
             from ", $of!(), " join stock_store s on s.id = x.store_id group by x.item_id),
             kept as (select r.item_id, cast(sum(r.quantity) as bigint) as units from stock_reserved r
                where r.until >= $1", only!($of, "r.item_id"), " group by r.item_id) "
        )
    };
}

/// Units that anybody can be given. Where some were lost after they were reserved, less lies there than is reserved.
macro_rules! usable {
    () => {
        "case when i.on_hand - coalesce(a.expired + a.held, 0) > coalesce(k.units, 0)
            then i.on_hand - coalesce(a.expired + a.held, 0) - coalesce(k.units, 0) else 0 end"
    };
}

macro_rules! stocked {
    ($of:ident, $tail:expr) => {
        concat!(
            apart!($of),
            "select i.id, i.kind, i.medicine_id, i.name, coalesce(m.brands, '') as brands, i.unit, i.pack, i.step,
                i.reorder_level, i.lead_days, i.cover_days, i.active, i.version, i.on_hand,
                ", usable!(), " as usable, coalesce(k.units, 0) as reserved, coalesce(a.soon, 0) as soon,
                coalesce(a.expired, 0) as expired, coalesce(a.held, 0) as held, coalesce(p.on_order, 0) as on_order,
                coalesce(t.in_transit, 0) as in_transit,
                cast(coalesce((select sum(x.quantity) from stock_use x where x.item_id = i.id and x.day >= $3
                    and x.day < $1 and not exists (select 1 from stock_out_day o
                        where o.item_id = x.item_id and o.day = x.day)), 0) as bigint) as used,
                (select count(*) from stock_out_day x where x.item_id = i.id and x.day >= $3 and x.day < $1) as out_days,
                (select min(b.received_at) from stock_batch b where b.item_id = i.id) as first_at
             from stock_item i left join medicine m on m.id = i.medicine_id left join apart a on a.item_id = i.id
             left join kept k on k.item_id = i.id
             left join (select x.item_id, cast(sum(case when x.quantity > x.received - x.corrected
                    then x.quantity - x.received + x.corrected else 0 end) as bigint) as on_order
                from stock_order o cross join stock_order_line x
                where x.order_id = o.id and o.state in ('draft', 'sent', 'part') and o.state <> 'draft'", only!($of, "x.item_id"),
                " group by x.item_id) p on p.item_id = i.id
             left join (select x.item_id, cast(sum(x.quantity) as bigint) as in_transit
                from stock_transfer w cross join stock_transfer_line x
                where x.transfer_id = w.id and w.state = 'sent'", only!($of, "x.item_id"),
                " group by x.item_id) t on t.item_id = i.id ",
            $tail
        )
    };
}

/// Whether an item is among those that are asked for.
macro_rules! shown {
    ($show:literal) => {
        concat!(
            "case ",
            $show,
            " when 'all' then i.active or i.on_hand > 0
            when 'low' then i.active and ",
            usable!(),
            " <= coalesce(i.reorder_level, 0)
            when 'out' then i.active and ",
            usable!(),
            " = 0
            when 'soon' then a.soon > 0 when 'expired' then a.expired > 0 when 'held' then a.held > 0
            when 'ended' then not i.active else i.active and i.kind = ",
            $show,
            " end"
        )
    };
}

fn since(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(chrono::Days::new(LOOK_BACK as u64)).unwrap_or(today)
}

/// How many items want a look, and how many are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Tiles {
    /// Low or out.
    pub low: i64,
    /// With units that expire soon.
    pub soon: i64,
    /// With expired units.
    pub expired: i64,
    /// With units on hold, recalled or in quarantine.
    pub held: i64,
    /// Those that are asked for.
    pub shown: i64,
}

/// Counts the items.
pub async fn tiles(
    store: impl Store,
    show: Show,
    (today, soon): (NaiveDate, NaiveDate),
) -> Result<Tiles, DbError> {
    sql(concat!(
        apart!(of_all),
        "select count(case when i.active and ",
        usable!(),
        " <= coalesce(i.reorder_level, 0) then 1 end) as low, count(case when a.soon > 0 then 1 end) as soon,
            count(case when a.expired > 0 then 1 end) as expired, count(case when a.held > 0 then 1 end) as held,
            count(case when ",
        shown!("$3"),
        " then 1 end) as shown from stock_item i left join apart a on a.item_id = i.id
            left join kept k on k.item_id = i.id"
    ))
    .bind(today)
    .bind(soon)
    .bind(show)
    .one_kept(store)
    .await
}

/// The items that are asked for, also those that never had a batch, in the order of their names; of those with `word`
/// where it is not empty: one of the folded words of a name or brand begins so, or a word by which a prescriber finds it.
pub async fn page(
    store: impl Store,
    (show, word): (Show, &str),
    (today, soon): (NaiveDate, NaiveDate),
    (from, limit): (i64, i64),
) -> Result<Vec<Stocked>, DbError> {
    sql(stocked!(
        of_all,
        concat!(
            "where ",
            shown!("$4"),
            " and ($5 = '' or (i.medicine_id is null and ' ' || i.folded like '% ' || $5 || '%')
                or exists (select 1 from medicine_term w
                    where w.medicine_id = i.medicine_id and w.term >= $5 and w.term < $6))
             order by i.folded, i.id limit $7 offset $8"
        )
    ))
    .bind(today)
    .bind(soon)
    .bind(since(today))
    .bind(show)
    .bind(word)
    .bind(format!("{word}\u{10FFFF}"))
    .bind(limit)
    .bind(from)
    .all_kept(store)
    .await
}

/// One item with what there is of it.
pub async fn one(
    store: impl Store,
    id: ItemId,
    (today, soon): (NaiveDate, NaiveDate),
) -> Result<Option<Stocked>, DbError> {
    sql(stocked!(of_one, "where i.id = $4"))
        .bind(today)
        .bind(soon)
        .bind(since(today))
        .bind(id)
        .all_kept(store)
        .await
        .map(|mut found| found.pop())
}
