//! The register of controlled medicines (rule P10): the ledger of each one with its running balance, and who was given it.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, sql};
use crate::stock::model::{ItemId, Kind};

/// A controlled medicine.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Controlled {
    pub item_id: ItemId,
    pub name: String,
    pub unit: String,
    /// What lies in all stores, whatever its state.
    pub on_hand: i64,
}

/// Every controlled medicine, by name.
pub async fn medicines(store: impl Store) -> Result<Vec<Controlled>, DbError> {
    sql("select i.id as item_id, i.name, i.unit, cast(coalesce((select sum(v.on_hand) from stock_level v
            where v.item_id = i.id and v.on_hand > 0), 0) as bigint) as on_hand
         from stock_item i join medicine m on m.id = i.medicine_id where m.controlled order by i.folded, i.id limit 200")
    .all(store)
    .await
}

/// One row of the register.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Row {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub quantity: i64,
    pub batch: String,
    pub store: String,
    pub account_name: String,
    pub reason: String,
    /// Whom it was for, who prescribed it, who saw it leave; empty for other kinds.
    pub patient: String,
    pub number: String,
    pub prescriber: String,
    pub second_name: String,
}

/// Rows of an item before a certain one, the newest first.
pub async fn rows(store: impl Store, item: ItemId, before: i64, limit: i64) -> Result<Vec<Row>, DbError> {
    sql("select m.id, m.at, m.kind, m.quantity, b.number as batch, s.name as store, m.account_name, m.reason,
            coalesce(trim(p.given_names || ' ' || p.family_name), '') as patient, coalesce(p.number, '') as number,
            coalesce(r.prescriber_name, '') as prescriber, coalesce(case when m.kind = 'return_in' then
                (select w.second_name from dispensing_return w where w.dispensing_line_id = g.id and w.batch_id = m.batch_id
                    and w.store_id = m.store_id and w.at = m.at order by w.id limit 1)
                when m.ref_kind = 'adjustment' then
                (select a.decided_name from stock_adjustment a where a.id = m.ref_id)
                else d.second_name end, '') as second_name
         from stock_movement m join stock_batch b on b.id = m.batch_id join stock_store s on s.id = m.store_id
         left join dispensing_line g on m.ref_kind = 'dispensing_line' and g.id = m.ref_id
         left join dispensing d on d.id = g.dispensing_id left join patient p on p.id = d.patient_id
         left join prescription r on r.id = d.prescription_id
         where m.item_id = $1 and m.id < $2 order by m.id desc limit $3")
    .bind(item)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// What lay in all stores before a certain row.
pub async fn balance_before(store: impl Store, item: ItemId, before: i64) -> Result<i64, DbError> {
    sql("select cast(coalesce(sum(quantity), 0) as bigint) from stock_movement where item_id = $1 and id < $2")
        .bind(item)
        .bind(before)
        .scalar(store)
        .await
}
