//! Claims and the batches in which they go to their schemes.

use chrono::{DateTime, Utc};

use crate::billing::model::{
    BatchId, BatchState, ClaimId, ClaimState, Code, InvoiceId, Money, SchemeId, Series,
};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Claim {
    pub id: ClaimId,
    pub invoice_id: InvoiceId,
    pub invoice_year: i64,
    pub invoice_number: i64,
    pub visit_id: Option<i64>,
    pub scheme_id: SchemeId,
    pub scheme: String,
    pub patient_id: PatientId,
    pub patient: String,
    pub enrolment_number: String,
    pub referral_code: String,
    pub batch_id: Option<BatchId>,
    pub amount: Money,
    pub credited: Money,
    /// What was asked when its batch was sent.
    pub sent: Option<Money>,
    pub accepted: Money,
    pub written_off: Money,
    pub to_patient: Money,
    pub patient_invoice_id: Option<InvoiceId>,
    pub state: ClaimState,
    pub answer: String,
    pub made_at: DateTime<Utc>,
    pub version: i64,
}

impl Claim {
    /// What is asked of the scheme.
    pub const fn asked(&self) -> Money {
        Money(self.amount.0 - self.credited.0)
    }

    /// What stands on the list of its batch, which does not change once it was sent.
    pub fn on_list(&self) -> Money {
        self.sent.unwrap_or(self.asked())
    }

    /// What nobody has paid or taken over yet.
    pub fn short(&self) -> Money {
        Money((self.asked().0 - self.accepted.0 - self.written_off.0 - self.to_patient.0).max(0))
    }

    /// What the scheme paid and is asked for no longer.
    pub fn too_much(&self) -> Money {
        Money((self.accepted.0 - self.asked().0).max(0))
    }

    /// The number of its invoice.
    pub fn code(&self) -> Code {
        Code { series: Series::Invoice, year: self.invoice_year, number: self.invoice_number }
    }
}

macro_rules! claims {
    ($tail:literal) => {
        concat!(
            "select c.id, c.invoice_id, i.year as invoice_year, i.number as invoice_number, i.visit_id, c.scheme_id,
                i.scheme_name as scheme, c.patient_id, i.patient_name as patient, i.enrolment_number, i.referral_code,
                c.batch_id, c.amount, c.credited,
                (select min(t.amount) from claim_step t where t.claim_id = c.id and t.to_state = 'sent') as sent, c.accepted, c.written_off, c.to_patient, c.patient_invoice_id, c.state,
                c.answer, c.made_at, c.version
             from claim c join invoice i on i.id = c.invoice_id where ",
            $tail
        )
    };
}

/// One claim.
pub async fn by_id(store: impl Store, id: ClaimId) -> Result<Option<Claim>, DbError> {
    sql(claims!("c.id = $1")).bind(id).optional(store).await
}

/// The claim of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Option<Claim>, DbError> {
    sql(claims!("c.invoice_id = $1")).bind(invoice).optional(store).await
}

/// The claim whose shortfall an invoice asks the patient for.
pub async fn asked_by(
    store: impl Store,
    patient: PatientId,
    invoice: InvoiceId,
) -> Result<Option<Claim>, DbError> {
    sql(claims!("c.patient_id = $1 and c.patient_invoice_id = $2"))
        .bind(patient)
        .bind(invoice)
        .optional(store)
        .await
}

/// The shortfall of a claim is asked by another invoice, which corrects the one that asked before.
pub async fn ask_by(tx: &mut Tx, claim: ClaimId, invoice: InvoiceId) -> Result<(), DbError> {
    sql("update claim set patient_invoice_id = $2, version = version + 1 where id = $1 and to_patient > 0")
        .bind(claim)
        .bind(invoice)
        .run(tx)
        .await?;
    Ok(())
}

/// The claims of a batch.
pub async fn of_batch(store: impl Store, batch: BatchId) -> Result<Vec<Claim>, DbError> {
    let mut all: Vec<Claim> =
        sql(claims!("c.batch_id = $1 order by c.id limit 500")).bind(batch).all(store).await?;
    // What was credited before it was sent stands on no list.
    all.retain(|claim| claim.sent.is_some() || claim.state != ClaimState::Dropped);
    Ok(all)
}

/// Claims in a state, the oldest first.
pub async fn in_state(store: impl Store, state: ClaimState, limit: i64) -> Result<Vec<Claim>, DbError> {
    sql(claims!("c.scheme_id in (select s.id from scheme s) and c.state = $1 order by c.id limit $2"))
        .bind(state)
        .bind(limit)
        .all(store)
        .await
}

/// Makes the claim of an invoice with a part of a scheme.
pub async fn insert(tx: &mut Tx, invoice: InvoiceId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into claim (invoice_id, scheme_id, patient_id, amount, state, made_at)
         select i.id, i.scheme_id, i.patient_id, i.scheme_part, 'draft', $2 from invoice i
         where i.id = $1 and i.scheme_part > 0")
    .bind(invoice)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// A credit note lowers what is asked. What is asked no longer and of which nothing was paid is dropped; where all that is
/// still asked was paid, the claim is accepted.
pub async fn credit(tx: &mut Tx, invoice: InvoiceId, covered: Money) -> Result<(), DbError> {
    sql("update claim set credited = credited + $2, version = version + 1,
            state = case when state in ('draft', 'sent', 'rejected', 'resubmitted') and accepted = 0 and credited + $2 >= amount
                    then 'dropped'
                when state in ('part', 'resubmitted') and accepted > 0
                    and accepted + written_off + to_patient >= amount - credited - $2 then 'accepted' else state end
         where invoice_id = $1")
    .bind(invoice)
    .bind(covered)
    .run(tx)
    .await?;
    Ok(())
}

/// What stands with a scheme.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Sum {
    pub scheme_id: SchemeId,
    pub scheme: String,
    pub state: ClaimState,
    pub claims: i64,
    pub asked: Money,
    pub accepted: Money,
}

/// Counts and sums by scheme and state.
pub async fn sums(store: impl Store) -> Result<Vec<Sum>, DbError> {
    sql("select s.id as scheme_id, s.name as scheme, c.state, count(*) as claims,
            cast(sum(c.amount - c.credited) as bigint) as asked, cast(sum(c.accepted) as bigint) as accepted
         from scheme s join claim c on c.scheme_id = s.id group by s.id, s.name, c.state order by s.name, c.state")
    .all(store)
    .await
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Batch {
    pub id: BatchId,
    pub scheme_id: SchemeId,
    pub scheme: String,
    pub payer: String,
    pub year: i64,
    pub number: Option<i64>,
    pub state: BatchState,
    pub made_name: String,
    pub made_at: DateTime<Utc>,
    pub sent_name: String,
    pub sent_at: Option<DateTime<Utc>>,
    pub claims: i64,
    pub asked: Money,
}

impl Batch {
    /// `CLM-2026-000002`, or what an unsent one is called.
    pub fn title(&self) -> String {
        match self.number {
            Some(number) => Code { series: Series::Claims, year: self.year, number }.to_string(),
            None => "Batch not sent yet".to_owned(),
        }
    }
}

macro_rules! batches {
    ($tail:literal) => {
        concat!(
            "select b.id, b.scheme_id, s.name as scheme, s.payer, b.year, b.number, b.state, b.made_name, b.made_at,
                b.sent_name, b.sent_at, case when b.state = 'sent'
                    then (select count((select min(t.amount) from claim_step t where t.claim_id = c.id and t.to_state = 'sent'))
                        from claim c where c.batch_id = b.id)
                    else (select count(*) from claim c where c.batch_id = b.id and c.state = 'draft') end as claims,
                cast(coalesce(case when b.state = 'sent'
                    then (select sum((select min(t.amount) from claim_step t where t.claim_id = c.id and t.to_state = 'sent'))
                        from claim c where c.batch_id = b.id)
                    else (select sum(c.amount - c.credited) from claim c where c.batch_id = b.id and c.state = 'draft') end, 0)
                    as bigint) as asked
             from claim_batch b join scheme s on s.id = b.scheme_id where ",
            $tail
        )
    };
}

/// The newest batches.
pub async fn batches(store: impl Store) -> Result<Vec<Batch>, DbError> {
    sql(batches!("b.id > 0 order by b.id desc limit 50")).all(store).await
}

/// One batch.
pub async fn batch(store: impl Store, id: BatchId) -> Result<Option<Batch>, DbError> {
    sql(batches!("b.id = $1")).bind(id).optional(store).await
}

/// Claims of one batch: its page and its print show all of them.
pub const MOST: i64 = 500;

/// Puts the unsent claims of a scheme into a new batch, the oldest first, at most [`MOST`]; how many there were.
pub async fn gather(
    tx: &mut Tx,
    scheme: SchemeId,
    (name, year): (&str, i64),
    at: DateTime<Utc>,
) -> Result<(BatchId, u64), DbError> {
    let id: BatchId = sql("insert into claim_batch (scheme_id, year, state, made_name, made_at)
         values ($1, $2, 'draft', $3, $4) returning id")
    .bind(scheme)
    .bind(year)
    .bind(name)
    .bind(at)
    .scalar(&mut *tx)
    .await?;
    let gathered =
        sql("update claim set batch_id = $2, version = version + 1 where id in (select c.id from claim c
            where c.scheme_id = $1 and c.state = 'draft' and c.batch_id is null and c.amount > c.credited
            order by c.id limit $3)
         and batch_id is null")
        .bind(scheme)
        .bind(id)
        .bind(MOST)
        .run(tx)
        .await?;
    Ok((id, gathered))
}

/// Sends a batch with a number.
pub async fn send(
    tx: &mut Tx,
    (id, code): (BatchId, Code),
    name: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let sent =
        sql("update claim_batch set state = 'sent', year = $2, number = $3, sent_name = $4, sent_at = $5
         where id = $1 and state = 'draft'")
        .bind(id)
        .bind(code.year)
        .bind(code.number)
        .bind(name)
        .bind(at)
        .run(&mut *tx)
        .await?;
    if sent != 1 {
        return Ok(false);
    }
    sql("insert into claim_step (claim_id, from_state, to_state, amount, name, at)
         select c.id, c.state, 'sent', c.amount - c.credited, $2, $3 from claim c where c.batch_id = $1 and c.state = 'draft'")
    .bind(id)
    .bind(name)
    .bind(at)
    .run(&mut *tx)
    .await?;
    sql("update claim set state = 'sent', version = version + 1 where batch_id = $1 and state = 'draft'")
        .bind(id)
        .run(tx)
        .await?;
    Ok(true)
}

/// How a claim stands after a step.
#[derive(Debug)]
pub struct Step<'a> {
    pub to: ClaimState,
    pub accepted: Money,
    pub written_off: Money,
    pub to_patient: Money,
    pub patient_invoice: Option<InvoiceId>,
    pub answer: &'a str,
    pub amount: Money,
}

/// Moves a claim on, if it is still at this version, and notes the step.
pub async fn go(
    tx: &mut Tx,
    claim: &Claim,
    step: &Step<'_>,
    name: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update claim set state = $3, accepted = $4, written_off = $5, to_patient = $6, patient_invoice_id = $7,
            answer = $8, version = version + 1 where id = $1 and version = $2")
    .bind(claim.id)
    .bind(claim.version)
    .bind(step.to)
    .bind(step.accepted)
    .bind(step.written_off)
    .bind(step.to_patient)
    .bind(step.patient_invoice)
    .bind(step.answer)
    .run(&mut *tx)
    .await?;
    if done != 1 {
        return Ok(false);
    }
    sql("insert into claim_step (claim_id, from_state, to_state, amount, note, name, at) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(claim.id)
        .bind(claim.state)
        .bind(step.to)
        .bind(step.amount)
        .bind(step.answer)
        .bind(name)
        .bind(at)
        .run(tx)
        .await?;
    Ok(true)
}

/// A step of the history of a claim.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Past {
    pub to_state: ClaimState,
    pub amount: Money,
    pub note: String,
    pub name: String,
    pub at: DateTime<Utc>,
}

/// The history of a claim.
pub async fn steps(store: impl Store, claim: ClaimId) -> Result<Vec<Past>, DbError> {
    sql("select to_state, amount, note, name, at from claim_step where claim_id = $1 order by id limit 100")
        .bind(claim)
        .all(store)
        .await
}
