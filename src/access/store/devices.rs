//! The SQL of browsers: which an account knows, and where it is signed in.

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, SignInId};
use crate::db::{DbError, Store, Tx, sql};

/// A sign-in as its owner sees it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct OpenSignIn {
    /// Its id.
    pub id: SignInId,
    /// Browser and system in words.
    pub device: String,
    /// From where it was opened.
    pub address: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last used, to the minute.
    pub seen_at: DateTime<Utc>,
}

/// Where an account is signed in, last used first. `since` leaves out what has run out without anybody ending it.
pub async fn open_sign_ins(
    store: impl Store,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<Vec<OpenSignIn>, DbError> {
    sql("select id, device, address, created_at, seen_at from sign_in
         where account_id = $1 and ended_at is null and seen_at > $2 order by seen_at desc, id desc limit 20")
    .bind(account)
    .bind(since)
    .all(store)
    .await
}

/// Ends one sign-in of this account; none of anybody else.
pub async fn end_own(
    tx: &mut Tx,
    account: AccountId,
    id: SignInId,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("update sign_in set ended_at = $3, end_reason = 'ended from another device'
         where id = $2 and account_id = $1 and ended_at is null")
    .bind(account)
    .bind(id)
    .bind(at)
    .run(tx)
    .await
}

/// Forgets the browsers of an account.
pub async fn forget_devices(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("delete from known_device where account_id = $1").bind(account).run(tx).await?;
    Ok(())
}

/// Whether the browser has signed in to this account before.
pub async fn knows_device(store: impl Store, account: AccountId, digest: &[u8]) -> Result<bool, DbError> {
    let found: Option<(i64,)> =
        sql("select account_id from known_device where account_id = $1 and digest = $2")
            .bind(account)
            .bind(digest)
            .optional(store)
            .await?;
    Ok(found.is_some())
}

/// Remembers the browser.
pub async fn remember_device(
    tx: &mut Tx,
    account: AccountId,
    digest: &[u8],
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into known_device (account_id, digest, seen_at) values ($1, $2, $3)
         on conflict (account_id, digest) do update set seen_at = excluded.seen_at")
    .bind(account)
    .bind(digest)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}
