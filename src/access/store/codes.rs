//! The SQL of one-time codes. Only digests are stored.

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, CodePurpose};
use crate::db::{DbError, Store, Tx, sql};

/// A code on its way into the table.
#[derive(Debug)]
pub struct NewCode {
    /// Whose; none for the first administrator.
    pub account: Option<AccountId>,
    /// What for.
    pub purpose: CodePurpose,
    /// SHA-256 of it.
    pub digest: Vec<u8>,
    /// Who gave it.
    pub issued_by: Option<i64>,
    /// Since when.
    pub issued_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A code that still works, without itself.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct LiveCode {
    /// What for.
    pub purpose: CodePurpose,
    /// Since when.
    pub issued_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a new code.
pub async fn insert(tx: &mut Tx, code: NewCode) -> Result<(), DbError> {
    sql("insert into one_time_code (account_id, purpose, digest, issued_by, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)")
    .bind(code.account)
    .bind(code.purpose)
    .bind(code.digest)
    .bind(code.issued_by)
    .bind(code.issued_at)
    .bind(code.expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// Withdraws the live code of an account.
pub async fn withdraw(tx: &mut Tx, account: AccountId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update one_time_code set withdrawn_at = $2
         where account_id = $1 and used_at is null and withdrawn_at is null")
    .bind(account)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Withdraws a set-up code that nobody used.
pub async fn withdraw_setup(tx: &mut Tx, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update one_time_code set withdrawn_at = $1
         where purpose = 'setup' and used_at is null and withdrawn_at is null")
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Whether the code would work now. Only [`redeem`] decides.
pub async fn works(
    store: impl Store,
    account: Option<AccountId>,
    digest: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let found: Option<(i64,)> = sql("select id from one_time_code
         where digest = $1 and coalesce(account_id, 0) = coalesce(cast($2 as bigint), 0)
           and used_at is null and withdrawn_at is null and expires_at > $3")
    .bind(digest)
    .bind(account)
    .bind(now)
    .optional(store)
    .await?;
    Ok(found.is_some())
}

/// Uses the code up. Of any number at once exactly one gets `true`.
pub async fn redeem(
    tx: &mut Tx,
    account: Option<AccountId>,
    digest: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let used = sql("update one_time_code set used_at = $3
         where digest = $1 and coalesce(account_id, 0) = coalesce(cast($2 as bigint), 0)
           and used_at is null and withdrawn_at is null and expires_at > $3")
    .bind(digest)
    .bind(account)
    .bind(now)
    .run(tx)
    .await?;
    Ok(used == 1)
}

/// The code of an account that still works.
pub async fn live(
    store: impl Store,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<LiveCode>, DbError> {
    sql("select purpose, issued_at, expires_at from one_time_code
         where account_id = $1 and used_at is null and withdrawn_at is null and expires_at > $2")
    .bind(account)
    .bind(now)
    .optional(store)
    .await
}
