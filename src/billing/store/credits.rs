//! Credit notes.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{Code, CreditNoteId, InvoiceId, InvoiceLineId, Money, Series};
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// A credit note.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct CreditNote {
    pub id: CreditNoteId,
    pub year: i64,
    pub number: i64,
    pub invoice_id: InvoiceId,
    pub reason: String,
    /// What of the invoice's rounding went with it; signed.
    pub rounding: Money,
    pub total: Money,
    pub scheme_part: Money,
    pub patient_part: Money,
    pub corrected_by_id: Option<InvoiceId>,
    pub made_name: String,
    pub made_at: DateTime<Utc>,
}

impl CreditNote {
    /// `CRN-2026-000004`.
    pub fn code(&self) -> Code {
        Code { series: Series::Credit, year: self.year, number: self.number }
    }
}

macro_rules! notes {
    ($tail:literal) => {
        concat!(
            "select id, year, number, invoice_id, reason, rounding, total, scheme_part, patient_part, corrected_by_id,
                made_name, made_at from credit_note where ",
            $tail
        )
    };
}

/// Those of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Vec<CreditNote>, DbError> {
    sql(notes!("invoice_id = $1 order by id limit 100")).bind(invoice).all(store).await
}

/// One credit note.
pub async fn by_id(store: impl Store, id: CreditNoteId) -> Result<Option<CreditNote>, DbError> {
    sql(notes!("id = $1")).bind(id).optional(store).await
}

/// The credit note of a number.
pub async fn by_code(store: impl Store, code: Code) -> Result<Option<CreditNote>, DbError> {
    sql(notes!("year = $1 and number = $2")).bind(code.year).bind(code.number).optional(store).await
}

/// What was credited of one line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct NoteLine {
    pub label: String,
    pub amount: Money,
    pub covered: Money,
}

/// The lines of a credit note.
pub async fn lines(store: impl Store, id: CreditNoteId) -> Result<Vec<NoteLine>, DbError> {
    sql("select label, amount, covered from credit_note_line where note_id = $1 order by id limit 500")
        .bind(id)
        .all(store)
        .await
}

/// A credit note that is about to be written.
#[derive(Debug)]
pub struct NewNote<'a> {
    pub code: Code,
    pub invoice: InvoiceId,
    pub patient: PatientId,
    pub reason: &'a str,
    pub rounding: Money,
    pub scheme_part: Money,
    pub patient_part: Money,
    pub corrected_by: Option<InvoiceId>,
    pub by: AccountId,
    pub name: &'a str,
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
    /// Line, words, amount, and what of it the scheme paid.
    pub lines: Vec<(InvoiceLineId, String, Money, Money)>,
}

/// Writes a credit note with its lines.
pub async fn insert(tx: &mut Tx, new: &NewNote<'_>) -> Result<CreditNoteId, DbError> {
    const LINES: Table =
        Table { name: "credit_note_line", columns: &["note_id", "line_id", "label", "amount", "covered"] };
    let id: CreditNoteId = sql("insert into credit_note (year, number, invoice_id, patient_id, reason, rounding, total,
            scheme_part, patient_part, corrected_by_id, made_by, made_name, made_at, day)
         values ($1, $2, $3, $4, $5, $6, cast($7 as bigint) + cast($8 as bigint), $7, $8, $9, $10, $11, $12, $13)
         returning id")
    .bind(new.code.year)
    .bind(new.code.number)
    .bind(new.invoice)
    .bind(new.patient)
    .bind(new.reason)
    .bind(new.rounding)
    .bind(new.scheme_part)
    .bind(new.patient_part)
    .bind(new.corrected_by)
    .bind(new.by)
    .bind(new.name)
    .bind(new.at)
    .bind(new.day)
    .scalar(&mut *tx)
    .await?;
    let row = |(line, label, amount, covered): &(InvoiceLineId, String, Money, Money)| {
        vec![id.into(), (*line).into(), label.as_str().into(), (*amount).into(), (*covered).into()]
    };
    bulk::insert(tx, LINES, &mut new.lines.iter().map(row).collect()).await?;
    Ok(id)
}
