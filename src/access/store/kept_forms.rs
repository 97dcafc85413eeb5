//! The SQL of forms that wait for their account, because its sign-in had ended or was locked when they came.

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::model::{AccountId, SignInId};
use crate::db::{DbError, Store, Tx, sql};

/// How long a form waits. The text of a record stands in it: it is not to lie about.
pub const WAITS: TimeDelta = TimeDelta::hours(1);
/// Forms of one account that wait at a time; an older one gives way.
const MOST: i64 = 5;

/// A form as it was sent.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct KeptForm {
    /// Where it was going.
    pub action: String,
    /// Its fields, without passwords.
    pub body: String,
}

/// Which form waits, and for whom.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct Waits {
    /// The form.
    pub id: i64,
    /// The only account that gets it.
    pub account_id: AccountId,
}

/// The account of a sign-in, whether that is live or not.
pub async fn account_of(store: impl Store, sign_in: SignInId) -> Result<Option<AccountId>, DbError> {
    let found: Option<(AccountId,)> =
        sql("select account_id from sign_in where id = $1").bind(sign_in).optional(store).await?;
    Ok(found.map(|(account,)| account))
}

/// Keeps a form under a code that nobody guesses.
pub async fn keep(
    tx: &mut Tx,
    account: AccountId,
    code: &str,
    form: &KeptForm,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into kept_form (code, account_id, action, body, kept_at) values ($1, $2, $3, $4, $5)")
        .bind(code)
        .bind(account)
        .bind(&form.action)
        .bind(&form.body)
        .bind(at)
        .run(&mut *tx)
        .await?;
    sql("delete from kept_form where account_id = $1 and id not in
            (select id from kept_form where account_id = $1 order by id desc limit $2)")
    .bind(account)
    .bind(MOST)
    .run(tx)
    .await?;
    Ok(())
}

/// The form of a code.
pub async fn of_code(store: impl Store, code: &str, now: DateTime<Utc>) -> Result<Option<Waits>, DbError> {
    sql("select id, account_id from kept_form where code = $1 and kept_at > $2")
        .bind(code)
        .bind(now - WAITS)
        .optional(store)
        .await
}

/// The newest form of an account.
pub async fn newest_of(
    store: impl Store,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<Waits>, DbError> {
    sql("select id, account_id from kept_form where account_id = $1 and kept_at > $2 order by id desc limit 1")
        .bind(account)
        .bind(now - WAITS)
        .optional(store)
        .await
}

/// Takes a form of this account out; of any number at once one gets it.
pub async fn take(tx: &mut Tx, id: i64, account: AccountId) -> Result<Option<KeptForm>, DbError> {
    sql("delete from kept_form where id = $1 and account_id = $2 returning action, body")
        .bind(id)
        .bind(account)
        .optional(tx)
        .await
}

/// Forgets what nobody came back for.
pub async fn forget(store: impl Store, now: DateTime<Utc>) -> Result<(), DbError> {
    sql("delete from kept_form where kept_at <= $1").bind(now - WAITS).run(store).await?;
    Ok(())
}
