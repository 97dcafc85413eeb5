//! Discounts and waivers with their approval.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::billing::model::{DiscountId, DiscountKind, DiscountState, InvoiceId, Money};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// A discount.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Discount {
    pub id: DiscountId,
    pub invoice_id: InvoiceId,
    pub patient_id: PatientId,
    pub patient: String,
    /// What the invoice asks before discounts.
    pub gross: Money,
    pub kind: DiscountKind,
    pub percent_bp: Option<i64>,
    pub amount: Option<Money>,
    pub reason: String,
    pub state: DiscountState,
    pub proposed_by: AccountId,
    pub proposed_name: String,
    pub proposed_at: DateTime<Utc>,
    pub decided_name: String,
    pub decision_note: String,
}

macro_rules! discounts {
    ($tail:literal) => {
        concat!(
            "select d.id, d.invoice_id, i.patient_id, trim(p.given_names || ' ' || p.family_name) as patient, i.gross, d.kind,
                d.percent_bp, d.amount, d.reason, d.state, d.proposed_by, d.proposed_name, d.proposed_at, d.decided_name,
                d.decision_note
             from discount d join invoice i on i.id = d.invoice_id join patient p on p.id = i.patient_id where ",
            $tail
        )
    };
}

/// One discount.
pub async fn by_id(store: impl Store, id: DiscountId) -> Result<Option<Discount>, DbError> {
    sql(discounts!("d.id = $1")).bind(id).optional(store).await
}

/// Those of an invoice.
pub async fn of_invoice(store: impl Store, invoice: InvoiceId) -> Result<Vec<Discount>, DbError> {
    sql(discounts!("d.invoice_id = $1 order by d.id limit 50")).bind(invoice).all(store).await
}

/// Those that wait for approval.
pub async fn proposed(store: impl Store) -> Result<Vec<Discount>, DbError> {
    sql(discounts!("d.state = 'proposed' and i.state = 'draft' order by d.proposed_at limit 100"))
        .all(store)
        .await
}

/// A discount that is about to be proposed.
#[derive(Debug)]
pub struct NewDiscount<'a> {
    pub invoice: InvoiceId,
    pub kind: DiscountKind,
    pub percent_bp: Option<i64>,
    pub amount: Option<Money>,
    pub reason: &'a str,
}

/// Proposes it.
pub async fn insert(
    tx: &mut Tx,
    new: &NewDiscount<'_>,
    (by, name): (AccountId, &str),
    at: DateTime<Utc>,
) -> Result<DiscountId, DbError> {
    sql("insert into discount (invoice_id, kind, percent_bp, amount, reason, state, proposed_by, proposed_name, proposed_at)
         values ($1, $2, $3, $4, $5, 'proposed', $6, $7, $8) returning id")
    .bind(new.invoice)
    .bind(new.kind)
    .bind(new.percent_bp)
    .bind(new.amount)
    .bind(new.reason)
    .bind(by)
    .bind(name)
    .bind(at)
    .scalar(tx)
    .await
}

/// Puts an approved discount on another invoice, too: of the same persons, with an amount of its own.
pub async fn carry(tx: &mut Tx, id: DiscountId, to: InvoiceId, amount: Option<Money>) -> Result<(), DbError> {
    sql("insert into discount (invoice_id, kind, percent_bp, amount, reason, state, proposed_by, proposed_name, proposed_at,
            decided_by, decided_name, decided_at, decision_note)
         select $2, kind, percent_bp, $3, reason, state, proposed_by, proposed_name, proposed_at, decided_by, decided_name,
            decided_at, decision_note from discount where id = $1 and state = 'approved'")
    .bind(id)
    .bind(to)
    .bind(amount)
    .run(tx)
    .await?;
    Ok(())
}

/// Decides about it.
///
/// # Errors
/// A violation of `discount_second_person` when whoever proposed it approves it (rule M9).
pub async fn decide(
    tx: &mut Tx,
    (id, to): (DiscountId, DiscountState),
    (by, name): (AccountId, &str),
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sql("update discount set state = $2, decided_by = $3, decided_name = $4, decision_note = $5, decided_at = $6
         where id = $1 and (state = 'proposed' or (state = 'approved' and $7 = 'withdrawn'))")
    .bind(id)
    .bind(to)
    .bind(by)
    .bind(name)
    .bind(note)
    .bind(at)
    .bind(to.as_str())
    .run(tx)
    .await?;
    Ok(done == 1)
}

/// What was approved of a draft waits for a decision again; how many there were.
pub async fn ask_again(tx: &mut Tx, invoice: InvoiceId) -> Result<u64, DbError> {
    sql("update discount set state = 'proposed', decided_by = null, decided_name = '', decided_at = null, decision_note = ''
         where invoice_id = $1 and state = 'approved'")
    .bind(invoice)
    .run(tx)
    .await
}

/// What is proposed for a draft that is given up waits no more.
pub async fn drop_all(tx: &mut Tx, invoice: InvoiceId, name: &str, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update discount set state = 'withdrawn', decided_name = $2, decided_at = $3
         where invoice_id = $1 and state = 'proposed'")
    .bind(invoice)
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}
