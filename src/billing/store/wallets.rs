//! Money of patients that lies with the clinic.

use chrono::{DateTime, Utc};

use crate::billing::model::{Money, PaymentId, RefundId, ShiftId, WalletKind};
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// What lies there.
pub async fn balance(store: impl Store, patient: PatientId) -> Result<Money, DbError> {
    let found: Option<(Money,)> =
        sql("select balance from wallet where patient_id = $1").bind(patient).optional(store).await?;
    Ok(found.map_or(Money::ZERO, |(balance,)| balance))
}

/// A movement.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Entry {
    pub kind: WalletKind,
    pub amount: Money,
    pub balance: Money,
    pub reason: String,
    pub name: String,
    pub at: DateTime<Utc>,
}

/// The newest movements.
pub async fn entries(store: impl Store, patient: PatientId, limit: i64) -> Result<Vec<Entry>, DbError> {
    sql("select kind, amount, balance, reason, name, at from wallet_entry where patient_id = $1 order by id desc limit $2")
        .bind(patient)
        .bind(limit)
        .all(store)
        .await
}

/// A movement that is about to be written.
#[derive(Debug)]
pub struct NewEntry<'a> {
    pub patient: PatientId,
    pub kind: WalletKind,
    /// Below zero it goes out.
    pub amount: Money,
    pub payment: Option<PaymentId>,
    pub refund: Option<RefundId>,
    pub shift: Option<ShiftId>,
    pub reason: &'a str,
    pub name: &'a str,
    pub at: DateTime<Utc>,
}

/// Moves money of a wallet, if there is enough; false when there is not.
pub async fn put(tx: &mut Tx, new: &NewEntry<'_>) -> Result<bool, DbError> {
    let balance: Option<(Money,)> = if new.amount.is_some() {
        sql("insert into wallet (patient_id, balance) values ($1, $2)
             on conflict (patient_id) do update set balance = wallet.balance + $2 returning balance")
    } else {
        sql("update wallet set balance = balance + $2 where patient_id = $1 and balance + $2 >= 0 returning balance")
    }
    .bind(new.patient)
    .bind(new.amount)
    .optional(&mut *tx)
    .await?;
    let Some((balance,)) = balance else { return Ok(false) };
    sql("insert into wallet_entry (patient_id, kind, amount, balance, payment_id, refund_id, shift_id, reason, name, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(new.patient)
    .bind(new.kind)
    .bind(new.amount)
    .bind(balance)
    .bind(new.payment)
    .bind(new.refund)
    .bind(new.shift)
    .bind(new.reason)
    .bind(new.name)
    .bind(new.at)
    .run(tx)
    .await?;
    Ok(true)
}
