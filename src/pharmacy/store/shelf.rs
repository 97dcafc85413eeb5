//! What could be given for the lines of a prescription: their medicines and others of the same ingredients, with what lies
//! in one store.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, moment, sql};
use crate::pharmacy::model::{CannotTake, Ratio, dose_instead, is_swallowed_whole};
use crate::prescribing::Line;
use crate::prescribing::model::{Form, LineId, MedicineId, PrescriptionId, Unit, label};
use crate::stock::model::{BatchId, Candidate, ItemId, Reserved, StoreId};

/// A medicine that could be given for a line, with one of its batches.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct OnShelf {
    pub line_id: LineId,
    pub item_id: ItemId,
    pub medicine_id: MedicineId,
    pub name: String,
    pub strength: String,
    pub form: Form,
    pub unit: Unit,
    pub step: i64,
    pub price: i64,
    pub controlled: bool,
    advice: String,
    /// For so many days the clinic reserves; 0: it reserves nothing by itself.
    pub reserve_days: i64,
    batch_id: Option<BatchId>,
    number: String,
    #[serde(deserialize_with = "moment::maybe_day")]
    expiry: Option<NaiveDate>,
    #[serde(deserialize_with = "moment::maybe_at")]
    received_at: Option<DateTime<Utc>>,
    unit_cost: i64,
    on_hand: i64,
    held_reason: String,
    recall_reason: String,
    /// Units of it that are reserved in this store, for the line and for others.
    own: i64,
    others: i64,
    /// The last day on which the line's own are kept.
    pub until: Option<NaiveDate>,
}

impl OnShelf {
    fn order(&self) -> impl Ord {
        (self.line_id, &self.name, &self.strength, self.medicine_id, self.expiry, self.batch_id)
    }

    /// What is reserved of it.
    pub fn reserved(&self) -> Reserved {
        Reserved { own: self.own, others: self.others }
    }

    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.name, &self.strength, self.form)
    }

    /// The dose of it that stands for the prescribed one; none where none was counted.
    ///
    /// # Errors
    /// Where nobody could take it.
    pub fn dose_for(&self, line: &Line, ratio: Ratio) -> Result<Option<i64>, CannotTake> {
        let whole = is_swallowed_whole(&self.name, &self.advice);
        line.dose.map(|dose| dose_instead(dose, ratio, line.unit, (self.unit, whole))).transpose()
    }

    /// The batch, where one lies there.
    pub fn candidate(&self) -> Option<Candidate> {
        Some(Candidate {
            batch: self.batch_id?,
            number: self.number.clone(),
            expiry: self.expiry?,
            received_at: self.received_at?,
            unit_cost: self.unit_cost,
            on_hand: self.on_hand,
            held_reason: self.held_reason.clone(),
            recall_reason: self.recall_reason.clone(),
        })
    }
}

/// Everything that could be given for the signed lines of a prescription out of a store: line by line, medicine by medicine,
/// what expires first before the rest.
pub async fn of_prescription(
    reader: impl Store,
    prescription: PrescriptionId,
    store: StoreId,
    today: NaiveDate,
) -> Result<Vec<OnShelf>, DbError> {
    // A line's own reservation is asked of its table: joined as the view `stock_reserved`, SQLite would make a list of
    // everybody's first. The states are the view's, and so is what is given of it already.
    let mut shelf: Vec<OnShelf> = sql("select l.id as line_id, i.id as item_id, s.id as medicine_id, s.generic as name, s.strength, s.form, s.unit, s.step,
            s.price, s.controlled, s.advice,
            (select reserve_days from stock_setting where id = 1) as reserve_days,
            b.id as batch_id, coalesce(b.number, '') as number, b.expiry, b.received_at,
            coalesce(b.unit_cost, 0) as unit_cost, coalesce(v.on_hand, 0) as on_hand,
            coalesce(b.held_reason, '') as held_reason, coalesce(b.recall_reason, '') as recall_reason,
            case when o.quantity > l.quantity - l.given + l.returned then l.quantity - l.given + l.returned
                else coalesce(o.quantity, 0) end as own, o.until, cast(coalesce((select sum(r.quantity) from stock_reserved r
                where r.item_id = i.id and r.store_id = $2 and r.until >= $3 and r.line_id <> l.id), 0) as bigint) as others
         from prescription_line l join medicine m on m.id = l.medicine_id
         join medicine s on s.ingredients = m.ingredients and s.route = m.route and (s.active or s.id = m.id)
         join stock_item i on i.medicine_id = s.id
         left join stock_level v on v.item_id = i.id and v.store_id = $2 and v.on_hand > 0
         left join stock_batch b on b.id = v.batch_id
         left join stock_reservation o on o.line_id = l.id and o.item_id = i.id and o.store_id = $2 and o.until >= $3
            and o.quantity > 0
         where l.prescription_id = $1 and l.state in ('open', 'partly', 'paused') limit 2000")
    .bind(prescription)
    .bind(store)
    .bind(today)
    .all(reader)
    .await?;
    // Here rather than there: SQLite copies each row twice to put them in order.
    shelf.sort_by(|one, other| one.order().cmp(&other.order()));
    Ok(shelf)
}
