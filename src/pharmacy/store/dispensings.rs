//! What was given out and what came back.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::pharmacy::model::{DispensedId, DispensingId, Substitution};
use crate::prescribing::model::{Form, LineId, MedicineId, PrescriptionId, Unit, label, quantity_words};
use crate::queue::model::VisitId;
use crate::stock::model::{BatchId, ItemId, StoreId};
use crate::work::Doer;

/// What was given out at one moment.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Dispensing {
    pub id: DispensingId,
    pub prescription_id: PrescriptionId,
    pub patient_id: PatientId,
    pub visit_id: VisitId,
    pub store_id: StoreId,
    pub account_name: String,
    pub second_name: String,
    pub collected_by: String,
    pub advice: String,
    pub at: DateTime<Utc>,
    pub patient: String,
    pub number: String,
    pub token: String,
    pub prescriber: String,
    pub store: String,
}

macro_rules! dispensings {
    ($tail:literal) => {
        concat!(
            "select d.id, d.prescription_id, d.patient_id, d.visit_id, d.store_id, d.account_name, d.second_name,
                d.collected_by, d.advice, d.at, trim(p.given_names || ' ' || p.family_name) as patient, p.number, v.token,
                r.prescriber_name as prescriber, s.name as store
             from dispensing d join patient p on p.id = d.patient_id join visit v on v.id = d.visit_id
             join prescription r on r.id = d.prescription_id join stock_store s on s.id = d.store_id where ",
            $tail
        )
    };
}

/// One.
pub async fn by_id(store: impl Store, id: DispensingId) -> Result<Option<Dispensing>, DbError> {
    sql(dispensings!("d.id = $1")).bind(id).optional(store).await
}

/// Those of a prescription, oldest first.
pub async fn of_prescription(store: impl Store, id: PrescriptionId) -> Result<Vec<Dispensing>, DbError> {
    sql(dispensings!("d.prescription_id = $1 order by d.id limit 100")).bind(id).all(store).await
}

/// Those of a day, the newest first, before a certain one.
pub async fn of_day(
    store: impl Store,
    day: NaiveDate,
    before: i64,
    limit: i64,
) -> Result<Vec<Dispensing>, DbError> {
    sql(dispensings!("d.day = $1 and d.id < $2 order by d.id desc limit $3"))
        .bind(day)
        .bind(before)
        .bind(limit)
        .all(store)
        .await
}

/// One line that was given out.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Dispensed {
    pub id: DispensedId,
    pub dispensing_id: DispensingId,
    pub line_id: LineId,
    pub name: String,
    pub strength: String,
    pub form: Form,
    pub unit: Unit,
    pub step: i64,
    pub quantity: i64,
    pub covers: i64,
    /// Units of the prescribed line that were owed then, and those that are owed now.
    pub owed_then: i64,
    pub owed: i64,
    /// Whether the medicine is controlled.
    pub controlled: bool,
    pub directions: String,
    /// It is part of what was invoiced for the prescribed line before, and has no charge of its own.
    pub billed_ahead: bool,
    pub substitution: String,
    pub note: String,
    /// What spoke against it when it was given, and why it was given all the same.
    pub warned: String,
    pub warned_reason: String,
    pub returned: i64,
    /// What was prescribed.
    pub prescribed: String,
    pub prescribed_unit: Unit,
    pub prescribed_step: i64,
    /// What one should know who takes it.
    pub advice: String,
}

impl Dispensed {
    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.name, &self.strength, self.form)
    }

    /// Why another one was given.
    pub fn reason(&self) -> Option<Substitution> {
        self.substitution.parse().ok()
    }
}

macro_rules! dispensed {
    ($tail:literal) => {
        concat!(
            "select g.id, g.dispensing_id, g.line_id, g.name, g.strength, g.form, g.unit, g.step,
                g.quantity, g.covers, g.owed as owed_then, m.controlled, g.directions,
                case when l.owed and l.state in ('open', 'partly') then l.quantity - l.given + l.returned else 0 end as owed,
                g.billed_ahead, g.substitution, g.note, g.warned, g.warned_reason, g.returned,
                trim(l.name || ' ' || l.strength) as prescribed, l.unit as prescribed_unit, l.step as prescribed_step,
                l.advice
             from dispensing_line g
             join prescription_line l on l.id = g.line_id join medicine m on m.id = g.medicine_id where ",
            $tail
        )
    };
}

/// The lines of one.
pub async fn lines(store: impl Store, id: DispensingId) -> Result<Vec<Dispensed>, DbError> {
    sql(dispensed!("g.dispensing_id = $1 order by g.id limit 100")).bind(id).all(store).await
}

/// One line.
pub async fn line(store: impl Store, id: DispensedId) -> Result<Option<Dispensed>, DbError> {
    sql(dispensed!("g.id = $1")).bind(id).optional(store).await
}

/// The head of what is given out.
#[derive(Debug)]
pub struct NewDispensing<'a> {
    pub prescription: PrescriptionId,
    pub patient: PatientId,
    pub visit: VisitId,
    pub store: StoreId,
    pub account: AccountId,
    pub name: &'a str,
    pub second: Option<(AccountId, &'a str)>,
    pub collected_by: &'a str,
    pub advice: &'a str,
}

/// Writes it.
pub async fn insert(
    tx: &mut Tx,
    new: &NewDispensing<'_>,
    (at, day): (DateTime<Utc>, NaiveDate),
) -> Result<DispensingId, DbError> {
    sql("insert into dispensing (prescription_id, patient_id, visit_id, store_id, account_id, account_name, second_id,
            second_name, collected_by, advice, at, day)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id")
    .bind(new.prescription)
    .bind(new.patient)
    .bind(new.visit)
    .bind(new.store)
    .bind(new.account)
    .bind(new.name)
    .bind(new.second.map(|(id, _)| id))
    .bind(new.second.map_or("", |(_, name)| name))
    .bind(new.collected_by)
    .bind(new.advice)
    .bind(at)
    .bind(day)
    .scalar(tx)
    .await
}

/// A line of it.
#[derive(Debug)]
pub struct NewDispensed<'a> {
    pub dispensing: DispensingId,
    pub line: LineId,
    pub item: ItemId,
    pub medicine: MedicineId,
    pub name: &'a str,
    pub strength: &'a str,
    pub form: Form,
    pub unit: Unit,
    pub step: i64,
    pub quantity: i64,
    pub covers: i64,
    pub owed: i64,
    pub directions: &'a str,
    pub price: i64,
    pub billed_ahead: bool,
    pub substitution: Option<Substitution>,
    pub note: &'a str,
    pub warned: &'a str,
    pub warned_reason: &'a str,
}

/// Writes it; the prescribed line counts with it.
///
/// # Errors
/// Constraints `dispensing_line_open` (nothing may be given of the line), `dispensing_line_second` (controlled, and nobody
/// saw it), `prescription_line_given` (more than remains).
pub async fn insert_line(
    tx: &mut Tx,
    new: &NewDispensed<'_>,
    day: NaiveDate,
) -> Result<DispensedId, DbError> {
    sql("insert into dispensing_line (dispensing_id, line_id, item_id, medicine_id, name, strength, form, unit, step,
            quantity, covers, owed, directions, price, billed_ahead, substitution, note, day, warned,
            warned_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning id")
    .bind(new.dispensing)
    .bind(new.line)
    .bind(new.item)
    .bind(new.medicine)
    .bind(new.name)
    .bind(new.strength)
    .bind(new.form)
    .bind(new.unit)
    .bind(new.step)
    .bind(new.quantity)
    .bind(new.covers)
    .bind(new.owed)
    .bind(new.directions)
    .bind(new.price)
    .bind(new.billed_ahead)
    .bind(new.substitution.map_or("", Substitution::as_str))
    .bind(new.note)
    .bind(day)
    .bind(new.warned)
    .bind(new.warned_reason)
    .scalar(tx)
    .await
}

/// Notes as owed what waits of a prescription of which something was given just now, and got nothing.
pub async fn owe_the_rest(tx: &mut Tx, prescription: PrescriptionId) -> Result<(), DbError> {
    sql("update prescription_line set owed = true where prescription_id = $1 and state = 'open' and not owed
            and medicine_id is not null")
    .bind(prescription)
    .run(tx)
    .await?;
    Ok(())
}

/// What is owed of a prescription now.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Owed {
    name: String,
    strength: String,
    form: Form,
    unit: Unit,
    step: i64,
    units: i64,
}

impl Owed {
    /// `amoxicillin 500 mg capsule`.
    pub fn label(&self) -> String {
        label(&self.name, &self.strength, self.form)
    }

    /// `12 capsules`.
    pub fn words(&self) -> String {
        quantity_words(self.units, self.unit, self.step)
    }
}

/// What is owed of a prescription now (rule P9), also of lines of which nothing was given.
pub async fn owed(store: impl Store, id: PrescriptionId, today: NaiveDate) -> Result<Vec<Owed>, DbError> {
    sql("select name, strength, form, unit, step, quantity - given + returned as units from prescription_line
         where prescription_id = $1 and owed and state in ('open', 'partly') and valid_until >= $2 order by id")
    .bind(id)
    .bind(today)
    .all(store)
    .await
}

/// Units of one batch that were given out with a line and did not come back.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Out {
    pub line_id: DispensedId,
    pub batch_id: BatchId,
    pub number: String,
    pub expiry: NaiveDate,
    pub quantity: i64,
}

/// The batches of one hand-out, in the order in which they left.
pub async fn batches(store: impl Store, id: DispensingId) -> Result<Vec<Out>, DbError> {
    sql("select g.id as line_id, b.id as batch_id, b.number, b.expiry, cast(sum(-m.quantity) as bigint) as quantity
         from dispensing_line g join stock_movement m on m.ref_kind = 'dispensing_line' and m.ref_id = g.id
            and m.ref_kind <> ''
         join stock_batch b on b.id = m.batch_id
         where g.dispensing_id = $1 group by g.id, b.id, b.number, b.expiry order by g.id, min(m.id) limit 500")
    .bind(id)
    .all(store)
    .await
}

/// What comes back of one batch.
#[derive(Debug)]
pub struct NewReturn<'a> {
    pub line: DispensedId,
    pub batch: BatchId,
    pub store: StoreId,
    pub quantity: i64,
    pub covers: i64,
    pub sealed: bool,
    pub reason: &'a str,
    /// Who saw a controlled medicine come back.
    pub second: Option<(AccountId, &'a str)>,
}

/// Writes it; the line and the prescribed line count with it.
///
/// # Errors
/// Constraints `dispensing_line_returned` (more came back than was given), `dispensing_return_second` (controlled, and
/// nobody saw it).
pub async fn insert_return(
    tx: &mut Tx,
    new: &NewReturn<'_>,
    (who, at): (&Doer, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into dispensing_return (dispensing_line_id, batch_id, store_id, quantity, covers, sealed, reason,
            account_id, account_name, second_id, second_name, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
    .bind(new.line)
    .bind(new.batch)
    .bind(new.store)
    .bind(new.quantity)
    .bind(new.covers)
    .bind(new.sealed)
    .bind(new.reason)
    .bind(who.account_id)
    .bind(&who.name)
    .bind(new.second.map(|(id, _)| id))
    .bind(new.second.map_or("", |(_, name)| name))
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}
