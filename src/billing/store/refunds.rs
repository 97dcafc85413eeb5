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

/// What went back of an invoice, or of a payment without one, that nobody else has seen: the limit is for all of it (rule M8).
pub async fn alone(tx: &mut Tx, payment: PaymentId, invoice: Option<InvoiceId>) -> Result<Money, DbError> {
    let found: Option<(Money,)> = match invoice {
        Some(invoice) => {
            sql("select cast(coalesce(sum(amount), 0) as bigint) from refund where invoice_id = $1 and not needs_second
                    and method <> 'wallet' and state <> 'declined'")
            .bind(invoice)
            .optional(tx)
            .await?
        }
        None => {
            sql("select cast(coalesce(sum(amount), 0) as bigint) from refund where payment_id = $1 and not needs_second
                    and method <> 'wallet' and state <> 'declined'")
            .bind(payment)
            .optional(tx)
            .await?
        }
    };
    Ok(found.map_or(Money::ZERO, |(sum,)| sum))
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
