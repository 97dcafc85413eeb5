//! Who was given what of a batch (PH6).

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::pharmacy::model::{DispensedId, DispensingId};
use crate::stock::model::BatchId;

/// A batch as the list of those who were given it names it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Batch {
    pub number: String,
    pub expiry: NaiveDate,
    pub item: String,
    pub recalled_at: Option<DateTime<Utc>>,
    pub recall_reason: String,
}

/// One batch.
pub async fn batch(store: impl Store, id: BatchId) -> Result<Option<Batch>, DbError> {
    sql("select b.number, b.expiry, i.name as item, b.recalled_at, b.recall_reason
         from stock_batch b join stock_item i on i.id = b.item_id where b.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Somebody who has units of it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Receiver {
    pub dispensing_id: DispensingId,
    pub patient: String,
    pub number: String,
    pub phone: String,
    pub at: DateTime<Utc>,
    pub units: i64,
}

/// Those who were given of a batch and did not bring it all back, the latest first, before the hand-out `before`; 0 for
/// all of them.
pub async fn receivers(
    store: impl Store,
    batch: BatchId,
    before: i64,
    limit: i64,
) -> Result<Vec<Receiver>, DbError> {
    sql("select h.id as dispensing_id, trim(p.given_names || ' ' || p.family_name) as patient, p.number,
            coalesce(p.phone, '') as phone, h.at, h.units
         from (select d.id, d.patient_id, d.at, cast(sum(-m.quantity) as bigint) as units
            from stock_movement m join dispensing_line g on g.id = m.ref_id join dispensing d on d.id = g.dispensing_id
            where m.batch_id = $1 and m.ref_kind = 'dispensing_line'
                and ($2 = 0 or d.at < (select b.at from dispensing b where b.id = $2)
                    or d.id < $2 and d.at = (select b.at from dispensing b where b.id = $2))
            group by d.id, d.patient_id, d.at having sum(-m.quantity) > 0
            order by d.at desc, d.id desc limit $3) h
         join patient p on p.id = h.patient_id order by h.at desc, h.id desc")
    .bind(batch)
    .bind(before)
    .bind(limit)
    .all(store)
    .await
}

/// How many people that are: each is one, however often they were given of it.
pub async fn receiver_count(store: impl Store, batch: BatchId) -> Result<i64, DbError> {
    sql("select count(distinct h.patient_id) from (select d.id, d.patient_id
            from stock_movement m join dispensing_line g on g.id = m.ref_id join dispensing d on d.id = g.dispensing_id
            where m.batch_id = $1 and m.ref_kind = 'dispensing_line'
            group by d.id, d.patient_id having sum(-m.quantity) > 0) h")
    .bind(batch)
    .scalar(store)
    .await
}

/// A recalled medicine that a patient was given.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Recalled {
    /// What it is.
    pub name: String,
    /// The number on the pack.
    pub batch: String,
    /// When it was given.
    pub at: DateTime<Utc>,
}

/// What a patient was given since `since` of batches that are recalled now, and did not bring back.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<Recalled>, DbError> {
    sql("select trim(g.name || ' ' || g.strength) as name, b.number as batch, d.at
         from dispensing d join dispensing_line g on g.dispensing_id = d.id
         join stock_movement m on m.ref_kind = 'dispensing_line' and m.ref_id = g.id and m.ref_kind <> ''
         join stock_batch b on b.id = m.batch_id
         where d.patient_id = $1 and d.at >= $2 and b.recalled_at is not null and g.returned < g.quantity
         group by g.id, g.name, g.strength, b.number, d.at having sum(-m.quantity) > 0 order by d.at desc limit 20")
    .bind(patient)
    .bind(since)
    .all(store)
    .await
}

/// The hand-out that a line belongs to.
pub async fn of_line(store: impl Store, line: DispensedId) -> Result<Option<DispensingId>, DbError> {
    let found: Option<(DispensingId,)> =
        sql("select dispensing_id from dispensing_line where id = $1").bind(line).optional(store).await?;
    Ok(found.map(|found| found.0))
}
