//! Refunds: proposed, approved where that is needed, paid out in a shift.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{
    Code, InvoiceId, Method, Money, PaymentId, RefundId, RefundState, Series, ShiftId,
};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Refund {
    pub id: RefundId,
    pub year: i64,
    pub number: Option<i64>,
    pub payment_id: PaymentId,
    pub invoice_id: Option<InvoiceId>,
    pub patient_id: PatientId,
    pub patient: String,
    pub patient_number: String,
    pub method: Method,
    pub amount: Money,
    pub reason: String,
    pub needs_second: bool,
    pub state: RefundState,
    pub proposed_by: AccountId,
    pub proposed_name: String,
    pub proposed_at: DateTime<Utc>,
    pub decided_name: String,
    pub decision_note: String,
    pub paid_name: String,
    pub paid_at: Option<DateTime<Utc>>,
}

impl Refund {
    /// `RFD-2026-000123`, once it was paid out.
    pub fn code(&self) -> Option<Code> {
        self.number.map(|number| Code { series: Series::Refund, year: self.year, number })
    }
}

macro_rules! refunds {
    ($tail:literal) => {
        concat!(
            "select r.id, r.year, r.number, r.payment_id, r.invoice_id, r.patient_id,
                trim(p.given_names || ' ' || p.family_name) as patient, p.number as patient_number, r.method, r.amount, r.reason, r.needs_second,
                r.state, r.proposed_by, r.proposed_name, r.proposed_at, r.decided_name, r.decision_note, r.paid_name,
                r.paid_at
             from refund r join patient p on p.id = r.patient_id where ",
            $tail
        )
    };
}

/// One refund.
pub async fn by_id(store: impl Store, id: RefundId) -> Result<Option<Refund>, DbError> {
    sql(refunds!("r.id = $1")).bind(id).optional(store).await
}

/// The refund of a number.
pub async fn by_code(store: impl Store, code: Code) -> Result<Option<Refund>, DbError> {
    sql(refunds!("r.year = $1 and r.number = $2")).bind(code.year).bind(code.number).optional(store).await
}

/// Those of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Vec<Refund>, DbError> {
    sql(refunds!("r.invoice_id = $1 order by r.id limit 100")).bind(invoice).all(store).await
}

/// Those that wait for approval or for being paid out.
pub async fn open(store: impl Store) -> Result<Vec<Refund>, DbError> {
    sql(refunds!("r.state in ('proposed', 'approved') order by r.proposed_at limit 100")).all(store).await
}

/// What may go out to a patient on one day of the clinic in nobody's sight, and what went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Unseen {
    /// More than this, all together, goes out by two people (rule M8).
    pub refund_limit: Money,
    /// What went out of it.
    pub gone: Money,
}

impl Unseen {
    /// Whether so much more takes a second person.
    pub const fn takes_second(&self, amount: Money) -> bool {
        self.gone.0.saturating_add(amount.0) > self.refund_limit.0
    }

    /// What can still leave without one.
    pub fn left(&self) -> Money {
        Money((self.refund_limit.0 - self.gone.0).max(0))
    }
}

/// What went out to a patient since a day began: refunds that nobody approved and money of the wallet that nobody saw leave,
/// of all shifts and invoices, because money goes from one to the other (rule M8). A payout that was seen says by whom.
pub async fn unseen(store: impl Store, patient: PatientId, since: DateTime<Utc>) -> Result<Unseen, DbError> {
    sql("select s.refund_limit, cast(coalesce((select sum(r.amount) from refund r where r.patient_id = $1
            and r.proposed_at >= $2 and not r.needs_second and r.method <> 'wallet' and r.state <> 'declined'), 0)
         + coalesce((select -sum(w.amount) from wallet_entry w where w.patient_id = $1
            and w.at >= $2 and w.kind = 'payout' and w.reason = ''), 0) as bigint) as gone
         from money_setting s where s.id = 1")
    .bind(patient)
    .bind(since)
    .one(store)
    .await
}

/// Lets nobody else give money to this patient until the end of the transaction.
pub async fn hold(tx: &mut Tx, patient: PatientId) -> Result<(), DbError> {
    sql("update patient set version = version where id = $1").bind(patient).run(tx).await?;
    Ok(())
}

/// A refund that is about to be written.
#[derive(Debug)]
pub struct NewRefund<'a> {
    pub payment: PaymentId,
    pub invoice: Option<InvoiceId>,
    pub patient: PatientId,
    pub method: Method,
    pub amount: Money,
    pub reason: &'a str,
    pub needs_second: bool,
    pub year: i64,
}

/// Writes a refund: proposed where it needs a second person, approved otherwise.
pub async fn insert(
    tx: &mut Tx,
    new: &NewRefund<'_>,
    (by, name): (AccountId, &str),
    at: DateTime<Utc>,
) -> Result<RefundId, DbError> {
    sql("insert into refund (year, payment_id, invoice_id, patient_id, method, amount, reason, needs_second, state,
            proposed_by, proposed_name, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id")
    .bind(new.year)
    .bind(new.payment)
    .bind(new.invoice)
    .bind(new.patient)
    .bind(new.method)
    .bind(new.amount)
    .bind(new.reason)
    .bind(new.needs_second)
    .bind(if new.needs_second { RefundState::Proposed } else { RefundState::Approved })
    .bind(by)
    .bind(name)
    .bind(at)
    .scalar(tx)
    .await
}

/// Approves or declines what was proposed.
///
/// # Errors
/// A violation of `refund_second_person` for whoever proposed it.
pub async fn decide(
    tx: &mut Tx,
    (id, to): (RefundId, RefundState),
    (by, name): (AccountId, &str),
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update refund set state = $2, decided_by = $3, decided_name = $4, decision_note = $5, decided_at = $6
         where id = $1 and state = 'proposed'")
    .bind(id)
    .bind(to)
    .bind(by)
    .bind(name)
    .bind(note)
    .bind(at)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// Pays an approved refund out.
///
/// # Errors
/// A violation of `shift_open`.
pub async fn pay_out(
    tx: &mut Tx,
    (id, code): (RefundId, Code),
    shift: ShiftId,
    name: &str,
    (at, day): (DateTime<Utc>, NaiveDate),
) -> Result<bool, DbError> {
    let done = sql("update refund set state = 'paid', year = $2, number = $3, shift_id = $4, paid_name = $5, paid_at = $6,
            day = $7 where id = $1 and state = 'approved'")
    .bind(id)
    .bind(code.year)
    .bind(code.number)
    .bind(shift)
    .bind(name)
    .bind(at)
    .bind(day)
    .run(tx)
    .await?;
    Ok(done == 1)
}
