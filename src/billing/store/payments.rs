//! Payments, their reversals, and receipts.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{Code, InvoiceId, Method, Money, PaymentId, ReceiptId, Series, ShiftId};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub receipt_id: ReceiptId,
    pub receipt_year: i64,
    pub receipt_number: i64,
    pub invoice_id: Option<InvoiceId>,
    pub patient_id: PatientId,
    pub shift_id: ShiftId,
    pub shift_account: AccountId,
    pub shift_is_open: bool,
    pub method: Method,
    pub amount: Money,
    pub reference: String,
    pub refunded: Money,
    pub reversed_at: Option<DateTime<Utc>>,
    pub reverse_reason: Option<String>,
    pub taken_name: String,
    pub taken_at: DateTime<Utc>,
}

impl Payment {
    /// The number of its receipt.
    pub fn receipt(&self) -> Code {
        Code { series: Series::Receipt, year: self.receipt_year, number: self.receipt_number }
    }

    /// What can still go back of it.
    pub fn refundable(&self) -> Money {
        if self.reversed_at.is_some() { Money::ZERO } else { Money(self.amount.0 - self.refunded.0) }
    }

    /// Whether somebody may take it back as a mistake.
    pub fn may_reverse(&self, who: AccountId) -> bool {
        self.shift_is_open
            && self.shift_account == who
            && self.reversed_at.is_none()
            && self.refunded.is_zero()
    }
}

macro_rules! payments {
    ($tail:literal) => {
        concat!(
            "select p.id, p.receipt_id, r.year as receipt_year, r.number as receipt_number, p.invoice_id, p.patient_id,
                p.shift_id, s.account_id as shift_account, s.closed_at is null as shift_is_open, p.method, p.amount,
                p.reference, p.refunded, p.reversed_at, x.reason as reverse_reason, p.taken_name, p.taken_at
             from payment p join receipt r on r.id = p.receipt_id join shift s on s.id = p.shift_id
             left join payment_reversal x on x.payment_id = p.id where ",
            $tail
        )
    };
}

/// One payment.
pub async fn by_id(store: impl Store, id: PaymentId) -> Result<Option<Payment>, DbError> {
    sql(payments!("p.id = $1")).bind(id).optional(store).await
}

/// Those of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Vec<Payment>, DbError> {
    sql(payments!("p.invoice_id = $1 order by p.id limit 200")).bind(invoice).all(store).await
}

/// Those of a receipt.
pub async fn of_receipt(store: impl Store, receipt: ReceiptId) -> Result<Vec<Payment>, DbError> {
    sql(payments!("p.receipt_id = $1 order by p.id")).bind(receipt).all(store).await
}

/// A payment that is about to be written.
#[derive(Debug)]
pub struct NewPayment<'a> {
    pub receipt: ReceiptId,
    pub invoice: Option<InvoiceId>,
    pub patient: PatientId,
    pub shift: ShiftId,
    pub method: Method,
    pub amount: Money,
    pub reference: &'a str,
    pub name: &'a str,
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
}

/// Writes a payment.
///
/// # Errors
/// Violations of `payment_method_reference_unique` and `shift_open`.
pub async fn insert(tx: &mut Tx, new: &NewPayment<'_>) -> Result<PaymentId, DbError> {
    sql("insert into payment (receipt_id, invoice_id, patient_id, shift_id, method, amount, reference, taken_name, taken_at, day)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id")
    .bind(new.receipt)
    .bind(new.invoice)
    .bind(new.patient)
    .bind(new.shift)
    .bind(new.method)
    .bind(new.amount)
    .bind(new.reference)
    .bind(new.name)
    .bind(new.at)
    .bind(new.day)
    .scalar(tx)
    .await
}

/// Marks a payment as taken back, once, and only whole.
pub async fn reverse(tx: &mut Tx, id: PaymentId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let done =
        sql("update payment set reversed_at = $2 where id = $1 and reversed_at is null and refunded = 0")
            .bind(id)
            .bind(at)
            .run(tx)
            .await?;
    Ok(done == 1)
}

/// The row of the reversal.
///
/// # Errors
/// A violation of `payment_reversal_shift` in another shift, or when it is closed (rule M7).
pub async fn note_reversal(
    tx: &mut Tx,
    payment: &Payment,
    (by, name): (AccountId, &str),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into payment_reversal (payment_id, shift_id, reason, account_id, name, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(payment.id)
        .bind(payment.shift_id)
        .bind(reason)
        .bind(by)
        .bind(name)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Raises what goes back of a payment, if that much of it is left (rule M8).
pub async fn set_aside(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<bool, DbError> {
    let done = sql("update payment set refunded = refunded + $2 where id = $1 and reversed_at is null
            and amount - refunded >= $2")
    .bind(id)
    .bind(amount)
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// A refund that was declined goes back no more.
pub async fn let_go(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<(), DbError> {
    sql("update payment set refunded = refunded - $2 where id = $1").bind(id).bind(amount).run(tx).await?;
    Ok(())
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Receipt {
    pub id: ReceiptId,
    pub year: i64,
    pub number: i64,
    pub patient_id: PatientId,
    pub invoice_id: Option<InvoiceId>,
    pub total: Money,
    pub given: Option<Money>,
    pub change_given: Option<Money>,
    pub snapshot: String,
    pub taken_name: String,
    pub taken_at: DateTime<Utc>,
    /// How often it was printed.
    pub prints: i64,
    /// When it was printed first.
    pub printed_at: Option<DateTime<Utc>>,
    /// What of it was taken back as a slip.
    pub reversed: Money,
    /// What of it was given back.
    pub refunded: Money,
}

impl Receipt {
    /// `RCP-2026-000123`.
    pub fn code(&self) -> Code {
        Code { series: Series::Receipt, year: self.year, number: self.number }
    }
}

macro_rules! receipts {
    ($tail:literal) => {
        concat!(
            "select r.id, r.year, r.number, r.patient_id, r.invoice_id, r.total, r.given, r.change_given, r.snapshot,
                r.taken_name, r.taken_at, (select count(*) from receipt_print k where k.receipt_id = r.id) as prints,
                (select k.at from receipt_print k where k.receipt_id = r.id and k.number = 1) as printed_at,
                cast(coalesce((select sum(p.amount) from payment p where p.receipt_id = r.id and p.reversed_at is not null), 0)
                    as bigint) as reversed,
                cast(coalesce((select sum(p.refunded) from payment p where p.receipt_id = r.id), 0) as bigint) as refunded
             from receipt r where ",
            $tail
        )
    };
}

/// One receipt.
pub async fn receipt(store: impl Store, id: ReceiptId) -> Result<Option<Receipt>, DbError> {
    sql(receipts!("r.id = $1")).bind(id).optional(store).await
}

/// The receipt of a number.
pub async fn receipt_by_code(store: impl Store, code: Code) -> Result<Option<ReceiptId>, DbError> {
    let found: Option<(ReceiptId,)> = sql("select id from receipt where year = $1 and number = $2")
        .bind(code.year)
        .bind(code.number)
        .optional(store)
        .await?;
    Ok(found.map(|(id,)| id))
}

/// A patient's receipts, the newest first.
pub async fn receipts_of(store: impl Store, patient: PatientId, limit: i64) -> Result<Vec<Receipt>, DbError> {
    sql(receipts!("r.patient_id = $1 order by r.id desc limit $2")).bind(patient).bind(limit).all(store).await
}

/// A receipt that is about to be written.
#[derive(Debug)]
pub struct NewReceipt<'a> {
    pub code: Code,
    pub patient: PatientId,
    pub invoice: Option<InvoiceId>,
    pub shift: ShiftId,
    pub total: Money,
    /// Cash that was given, and what of it went back at once.
    pub cash: Option<(Money, Money)>,
    pub snapshot: &'a str,
    pub by: AccountId,
    pub name: &'a str,
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
}

/// Writes a receipt.
pub async fn insert_receipt(tx: &mut Tx, new: &NewReceipt<'_>) -> Result<ReceiptId, DbError> {
    sql("insert into receipt (year, number, patient_id, invoice_id, shift_id, total, given, change_given, snapshot, taken_by,
            taken_name, taken_at, day)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id")
    .bind(new.code.year)
    .bind(new.code.number)
    .bind(new.patient)
    .bind(new.invoice)
    .bind(new.shift)
    .bind(new.total)
    .bind(new.cash.map(|(given, _)| given))
    .bind(new.cash.map(|(_, change)| change))
    .bind(new.snapshot)
    .bind(new.by)
    .bind(new.name)
    .bind(new.at)
    .bind(new.day)
    .scalar(tx)
    .await
}

/// Numbers a print; of two at once the second is a copy. SQLite has one writer; on PostgreSQL the table gives the number
/// again while it holds the receipt, because what this statement reads of the other print may be too old.
pub async fn print(tx: &mut Tx, id: ReceiptId, by: AccountId, at: DateTime<Utc>) -> Result<i64, DbError> {
    sql("insert into receipt_print (receipt_id, number, at, account_id)
         values ($1, (select coalesce(max(k.number), 0) + 1 from receipt_print k where k.receipt_id = $1), $2, $3)
         returning number")
    .bind(id)
    .bind(at)
    .bind(by)
    .scalar(tx)
    .await
}
