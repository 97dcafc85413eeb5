//! The SQL of signing in; accounts, codes and devices have files of their own.

pub mod accounts;
pub mod at_once;
pub mod codes;
pub mod devices;
pub mod kept_forms;
pub mod relatives;
pub mod staff_list;

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{AccountId, AccountKind, AccountState, SignInId};
use crate::db::{Db, DbError, Store, Tx, moment, sql};
use crate::patients::model::PatientId;

/// What signing in needs of an account.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Credentials {
    /// Its id.
    pub id: AccountId,
    /// Absent until a password was chosen.
    pub password_hash: Option<String>,
    /// Whether it may sign in at all.
    pub state: AccountState,
}

impl Credentials {
    /// Whether the account may sign in.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// The account of a sign-in name or e-mail address, both folded to lower case; a name comes before an address.
pub async fn by_sign_in_name(store: impl Store, name: &str) -> Result<Option<Credentials>, DbError> {
    sql("select id, password_hash, state from account where sign_in_name = $1 or email = $1
         order by case when sign_in_name = $1 then 0 else 1 end limit 1")
    .bind(name)
    .optional(store)
    .await
}

/// The same of an account.
pub async fn credentials(store: impl Store, id: AccountId) -> Result<Option<Credentials>, DbError> {
    sql("select id, password_hash, state from account where id = $1").bind(id).optional(store).await
}

/// A sign-in with its account and roles, as the identifying query reads them.
#[derive(Debug, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct LiveSignIn {
    pub account_id: AccountId,
    pub kind: AccountKind,
    pub name: String,
    pub patient_id: Option<PatientId>,
    pub has_own: bool,
    /// One of its roles; there is a row for each.
    pub role: Option<String>,
    #[serde(deserialize_with = "moment::at")]
    pub created_at: DateTime<Utc>,
    #[serde(deserialize_with = "moment::at")]
    pub seen_at: DateTime<Utc>,
    pub flash: Option<String>,
    #[serde(deserialize_with = "moment::at")]
    pub proved_at: DateTime<Utc>,
    #[serde(deserialize_with = "moment::maybe_at")]
    pub locked_at: Option<DateTime<Utc>>,
}

/// The sign-in, if it has not ended and its account is active, once for each role. Every page asks this: gathering the roles
/// to one row would take PostgreSQL longer than everything else of it.
pub async fn live_sign_in(store: impl Store, id: SignInId) -> Result<Vec<LiveSignIn>, DbError> {
    sql("select a.id as account_id, a.kind, trim(a.title || ' ' || a.name) as name, a.patient_id,
            a.own_record_id is not null or exists (select 1 from account_relative k where k.account_id = a.id) as has_own,
            s.created_at, s.seen_at, s.flash,
            coalesce(s.proved_at, s.created_at) as proved_at, s.locked_at, r.role
         from sign_in s join account a on a.id = s.account_id left join account_role r on r.account_id = a.id
         where s.id = $1 and s.ended_at is null and a.state = 'active'")
    .bind(id)
    .all(store)
    .await
}

/// Notes that the sign-in is in use.
pub async fn touch_sign_in(db: &Db, id: SignInId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update sign_in set seen_at = $2 where id = $1").bind(id).bind(at).run_beside(db).await?;
    Ok(())
}

/// Notes that the password was given again.
pub async fn prove_sign_in(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update sign_in set proved_at = $2 where id = $1").bind(id).bind(at).run(tx).await?;
    Ok(())
}

/// Locks a sign-in. Returns whether it was open.
pub async fn lock_sign_in(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let locked = sql("update sign_in set locked_at = $2 where id = $1 and locked_at is null")
        .bind(id)
        .bind(at)
        .run(tx)
        .await?;
    Ok(locked == 1)
}

/// Unlocks a sign-in after the password was given.
pub async fn unlock_sign_in(tx: &mut Tx, id: SignInId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update sign_in set locked_at = null, proved_at = $2, seen_at = $2 where id = $1")
        .bind(id)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Opens a sign-in.
pub async fn insert_sign_in(
    tx: &mut Tx,
    account: AccountId,
    device: &str,
    address: &str,
    at: DateTime<Utc>,
) -> Result<SignInId, DbError> {
    sql("insert into sign_in (account_id, device, address, created_at, seen_at) values ($1, $2, $3, $4, $4)
         returning id")
    .bind(account)
    .bind(device)
    .bind(address)
    .bind(at)
    .scalar(tx)
    .await
}

/// Ends one sign-in.
pub async fn end_sign_in(tx: &mut Tx, id: SignInId, why: &str, at: DateTime<Utc>) -> Result<u64, DbError> {
    sql("update sign_in set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null")
        .bind(id)
        .bind(at)
        .bind(why)
        .run(tx)
        .await
}

/// Ends every sign-in of an account but `keep`.
pub async fn end_sign_ins(
    tx: &mut Tx,
    account: AccountId,
    keep: Option<SignInId>,
    why: &str,
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("update sign_in set ended_at = $3, end_reason = $4
         where account_id = $1 and ended_at is null and id <> coalesce(cast($2 as bigint), 0)")
    .bind(account)
    .bind(keep)
    .bind(at)
    .bind(why)
    .run(tx)
    .await
}

/// Ends the oldest sign-ins of an account until `keep` are left.
pub async fn end_oldest(
    tx: &mut Tx,
    account: AccountId,
    keep: i64,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("update sign_in set ended_at = $3, end_reason = 'too many devices'
         where account_id = $1 and ended_at is null and id not in
            (select id from sign_in where account_id = $1 and ended_at is null order by seen_at desc, id desc limit $2)")
    .bind(account)
    .bind(keep)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Leaves a sentence for the next page of this sign-in.
pub async fn set_flash(tx: &mut Tx, id: SignInId, text: &str) -> Result<(), DbError> {
    sql("update sign_in set flash = $2 where id = $1").bind(id).bind(text).run(tx).await?;
    Ok(())
}

/// Takes the sentence away once a page has shown it.
pub async fn clear_flash(db: &Db, id: SignInId) -> Result<(), DbError> {
    sql("update sign_in set flash = null where id = $1").bind(id).run_beside(db).await?;
    Ok(())
}

/// Whether the sign-in has not ended.
pub async fn is_open(tx: &mut Tx, id: SignInId) -> Result<bool, DbError> {
    let open: Option<(SignInId,)> =
        sql("select id from sign_in where id = $1 and ended_at is null").bind(id).optional(tx).await?;
    Ok(open.is_some())
}

/// Forgets sessions that ended, forms nobody came back for, and buckets nobody touched for a day.
pub async fn forget_sessions(store: impl Store + Copy, now: DateTime<Utc>) -> Result<(), DbError> {
    kept_forms::forget(store, now).await?;
    sql("delete from browser_session where expiry_date < $1").bind(now).run(store).await?;
    sql("delete from throttle where updated_at < $1 and failures < 100")
        .bind(now - TimeDelta::days(1))
        .run(store)
        .await?;
    Ok(())
}

/// A bucket of failed attempts.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Bucket {
    /// Attempts charged since the last success.
    pub failures: i64,
    /// Nothing is evaluated before this moment.
    pub blocked_until: Option<DateTime<Utc>>,
}

/// The present state of a bucket.
pub async fn bucket(tx: &mut Tx, name: &str) -> Result<Option<Bucket>, DbError> {
    sql("select failures, blocked_until from throttle where bucket = $1").bind(name).optional(tx).await
}

/// Makes sure the bucket is there and locks its row until the end of the transaction.
pub async fn touch_bucket(tx: &mut Tx, name: &str, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("insert into throttle (bucket, failures, updated_at) values ($1, 0, $2)
         on conflict (bucket) do update set updated_at = excluded.updated_at")
    .bind(name)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}

/// Charges one attempt.
pub async fn charge_bucket(tx: &mut Tx, name: &str, until: Option<DateTime<Utc>>) -> Result<(), DbError> {
    sql("update throttle set failures = failures + 1, blocked_until = $2 where bucket = $1")
        .bind(name)
        .bind(until)
        .run(tx)
        .await?;
    Ok(())
}

/// Gives one attempt back; within the free ones nothing blocks any more.
pub async fn refund_bucket(tx: &mut Tx, name: &str, free: i64) -> Result<(), DbError> {
    sql("update throttle set failures = failures - 1,
            blocked_until = case when failures <= $2 then null else blocked_until end
         where bucket = $1 and failures > 0")
    .bind(name)
    .bind(free)
    .run(tx)
    .await?;
    Ok(())
}

/// Empties what others were charged for at this account's password as a second person.
pub async fn empty_second_buckets(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    sql("delete from throttle where bucket like $1").bind(format!("second:%:{account}")).run(tx).await?;
    Ok(())
}

/// Empties a bucket after a success.
pub async fn empty_bucket(tx: &mut Tx, name: &str) -> Result<(), DbError> {
    sql("delete from throttle where bucket = $1").bind(name).run(tx).await?;
    Ok(())
}
