//! The password once more: before sensitive changes and on a locked desk (ASVS 7.5.1, 7.5.3).

use chrono::{DateTime, TimeDelta, Utc};

use super::model::AccountId;
use super::password;
use super::store::accounts;
use super::throttle::{self, Charge, Verdict};
use crate::app::App;
use crate::web::Error;

/// Minutes for which a password that was just given counts.
pub const FRESH_MINUTES: i64 = 5;

/// Whether the password was given so lately that it need not be asked for again.
pub fn is_fresh(proved: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - proved <= TimeDelta::minutes(FRESH_MINUTES)
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is the account's password.
    Right,
    /// It is not.
    Wrong,
    /// Nothing was looked at: too many tries, so many seconds to wait.
    Wait(Option<i64>),
}

/// Compares what was typed with the account's password, throttled: whoever finds an open browser cannot guess it here.
pub async fn prove(app: &App, account: AccountId, typed: &str) -> Result<Proof, Error> {
    tried(app, account, typed, &throttle::own_bucket(account)).await
}

/// The same for a colleague's password, typed at the browser of `asker`.
pub async fn prove_second(
    app: &App,
    asker: AccountId,
    second: AccountId,
    typed: &str,
) -> Result<Proof, Error> {
    tried(app, second, typed, &throttle::second_bucket(asker, second)).await
}

async fn tried(app: &App, account: AccountId, typed: &str, buckets: &[Charge]) -> Result<Proof, Error> {
    if let Verdict::Refused { seconds } = throttle::charge(app, buckets).await? {
        return Ok(Proof::Wait(seconds));
    }
    let stored = accounts::password_hash(&app.db, account).await?;
    if password::verify(typed, stored).await? {
        throttle::forgive(app, buckets).await?;
        return Ok(Proof::Right);
    }
    Ok(Proof::Wrong)
}
