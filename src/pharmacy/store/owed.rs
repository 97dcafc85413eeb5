//! Lines for which units are reserved by the clinic's own rule: what is owed of them has come in, or they were paid before
//! they are given.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::prescribing::model::LineId;
use crate::stock::model::{ItemId, StoreId};

/// A line, with the item of its medicine and the store that has most of it for nobody else.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Due {
    pub line_id: LineId,
    pub version: i64,
    pub item_id: ItemId,
    pub store_id: StoreId,
    /// Units that are reserved for it already, wherever they lie.
    pub reserved: i64,
}

/// Lines that one turn looks at.
const MOST: i64 = 100;

macro_rules! due {
    ($whose:literal) => {
        concat!(
            "select d.line_id, d.version, d.item_id, d.store_id, d.reserved from (
                select l.id as line_id, l.version, l.signed_at, i.id as item_id,
                    l.quantity - l.given + l.returned as remaining,
                    cast(coalesce((select x.quantity from stock_reserved x where x.line_id = l.id and x.until >= $1), 0)
                        as bigint) as reserved,
                    (select v.store_id from stock_level v join stock_store s on s.id = v.store_id
                        join stock_batch b on b.id = v.batch_id
                        where v.item_id = i.id and v.on_hand > 0 and s.kind = 'dispensary' and s.active
                            and b.expiry > $1 and b.held_at is null and b.recalled_at is null
                        group by v.store_id having sum(v.on_hand) > coalesce((select sum(r.quantity) from stock_reserved r
                            where r.item_id = i.id and r.store_id = v.store_id and r.until >= $1 and r.line_id <> l.id), 0)
                        order by sum(v.on_hand) desc, v.store_id limit 1) as store_id
                from prescription_line l join stock_item i on i.medicine_id = +l.medicine_id
                where ", $whose, " and l.valid_until >= $1
                    and not exists (select 1 from stock_reservation r where r.line_id = l.id and not exists
                        (select 1 from stock_batch b where b.item_id = i.id and b.received_at > r.at))) d
             where d.store_id is not null and d.reserved < d.remaining order by d.signed_at, d.line_id limit $3"
        )
    };
}

/// Notes as owed what waits since `since` and cannot be given at all: nothing of it is there for whoever comes. Lines of a
/// prescription of which something else is given are noted with that.
pub async fn note_missing(store: impl Store, today: NaiveDate, since: DateTime<Utc>) -> Result<u64, DbError> {
    // Named twice, so that the index of what waits serves.
    sql("update prescription_line set owed = true
         where state in ('open', 'partly', 'paused') and state = 'open' and signed_at >= $2 and valid_until >= $1
            and not owed and medicine_id is not null
            and (select coalesce(sum(v.on_hand), 0) from stock_item i join stock_level v on v.item_id = i.id
                    join stock_store s on s.id = v.store_id join stock_batch b on b.id = v.batch_id
                    where i.medicine_id = prescription_line.medicine_id and v.on_hand > 0 and s.kind = 'dispensary'
                        and s.active and b.expiry > $1 and b.held_at is null and b.recalled_at is null) <=
                (select coalesce(sum(r.quantity), 0) from stock_item i join stock_reserved r on r.item_id = i.id
                    where i.medicine_id = prescription_line.medicine_id and r.until >= $1
                        and r.line_id <> prescription_line.id)")
    .bind(today)
    .bind(since)
    .run(store)
    .await
}

/// Lines of which something is owed, signed since `since`, the oldest first. What was reserved once is reserved again when
/// another batch has come in.
pub async fn owed(store: impl Store, today: NaiveDate, since: DateTime<Utc>) -> Result<Vec<Due>, DbError> {
    sql(due!("l.owed and l.state in ('open', 'partly') and l.signed_at >= $2"))
        .bind(today)
        .bind(since)
        .bind(MOST)
        .all(store)
        .await
}

/// Lines that were paid before they are given, signed since `since`, the oldest first.
pub async fn paid(store: impl Store, today: NaiveDate, since: DateTime<Utc>) -> Result<Vec<Due>, DbError> {
    // Named twice, so that the index of what waits serves.
    sql(due!(
        "l.state in ('open', 'partly', 'paused') and l.state = 'open' and l.signed_at >= $2 and exists
            (select 1 from charge c where c.kind = 'medicine' and c.source = -l.id and c.pay_first and c.state = 'paid'
                and c.withdrawn_at is null)"
    ))
    .bind(today)
    .bind(since)
    .bind(MOST)
    .all(store)
    .await
}
