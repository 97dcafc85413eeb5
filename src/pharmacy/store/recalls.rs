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

/// Somebody who has units of it, or was treated with them.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Receiver {
    /// Its place among rows of one moment: twice the id of a hand-out, or twice that of a procedure and one more.
    pub mark: i64,
    pub patient: String,
    pub number: String,
    pub phone: String,
    pub at: DateTime<Utc>,
    pub units: i64,
}

impl Receiver {
    /// The hand-out; none where it was used in a treatment, which is not the pharmacy's to name.
    pub fn hand_out(&self) -> Option<DispensingId> {
        (self.mark % 2 == 0).then_some(DispensingId(self.mark / 2))
    }
}

/// Those who were given of a batch and did not bring it all back, and those whom some of it was used for, the latest first,
/// before the row of the mark `before`; 0 for all of them.
pub async fn receivers(
    store: impl Store,
    batch: BatchId,
    before: i64,
    limit: i64,
) -> Result<Vec<Receiver>, DbError> {
    sql("select h.mark, trim(p.given_names || ' ' || p.family_name) as patient, p.number, coalesce(p.phone, '') as phone,
            h.at, h.units
         from (select a.mark, a.patient_id, a.at, a.units from (
                select 2 * d.id as mark, d.patient_id, d.at, cast(sum(-m.quantity) as bigint) as units
                from stock_movement m join dispensing_line g on g.id = m.ref_id join dispensing d on d.id = g.dispensing_id
                where m.batch_id = $1 and m.ref_kind = 'dispensing_line'
                group by d.id, d.patient_id, d.at having sum(-m.quantity) > 0
                union all
                select 2 * v.id + 1 as mark, v.patient_id, v.done_at as at, cast(sum(-m.quantity) as bigint) as units
                from stock_movement m join visit_procedure v on v.id = m.ref_id
                where m.batch_id = $1 and m.ref_kind = 'visit_procedure' and v.done_at is not null
                group by v.id, v.patient_id, v.done_at having sum(-m.quantity) > 0) a
            where $2 = 0
                or a.at < coalesce((select b.at from dispensing b where b.id = $2 / 2 and $2 % 2 = 0),
                    (select b.done_at from visit_procedure b where b.id = $2 / 2 and $2 % 2 = 1))
                or a.mark < $2 and a.at = coalesce((select b.at from dispensing b where b.id = $2 / 2 and $2 % 2 = 0),
                    (select b.done_at from visit_procedure b where b.id = $2 / 2 and $2 % 2 = 1))
            order by a.at desc, a.mark desc limit $3) h
         join patient p on p.id = h.patient_id order by h.at desc, h.mark desc")
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
            group by d.id, d.patient_id having sum(-m.quantity) > 0
            union all
            select v.id, v.patient_id from stock_movement m join visit_procedure v on v.id = m.ref_id
            where m.batch_id = $1 and m.ref_kind = 'visit_procedure' and v.done_at is not null
            group by v.id, v.patient_id having sum(-m.quantity) > 0) h")
    .bind(batch)
    .scalar(store)
    .await
}

/// Something recalled that a patient was given, or was treated with.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Recalled {
    /// What it is.
    pub name: String,
    /// The number on the pack.
    pub batch: String,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// Whether it was used in a treatment: there is no pack at home.
    pub used: bool,
}

/// What a patient was given since `since` of batches that are recalled now, and did not bring back; and what was used for
/// them, whenever that was: an implant stays for years.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<Recalled>, DbError> {
    sql("select r.name, r.batch, r.at, r.used from (
            select trim(g.name || ' ' || g.strength) as name, b.number as batch, d.at, false as used
            from dispensing d join dispensing_line g on g.dispensing_id = d.id
            join stock_movement m on m.ref_kind = 'dispensing_line' and m.ref_id = g.id and m.ref_kind <> ''
            join stock_batch b on b.id = m.batch_id
            where d.patient_id = $1 and d.at >= $2 and b.recalled_at is not null and g.returned < g.quantity
            group by g.id, g.name, g.strength, b.number, d.at having sum(-m.quantity) > 0
            union all
            select i.name, b.number as batch, v.done_at as at, true as used
            from visit_procedure v
            join stock_movement m on m.ref_kind = 'visit_procedure' and m.ref_id = v.id and m.ref_kind <> ''
            join stock_batch b on b.id = m.batch_id join stock_item i on i.id = b.item_id
            where v.patient_id = $1 and v.done_at is not null and b.recalled_at is not null
            group by v.id, i.name, b.number, v.done_at having sum(-m.quantity) > 0) r
         order by r.at desc limit 20")
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
