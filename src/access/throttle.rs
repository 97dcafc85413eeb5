//! Slowing down who guesses, without locking out who knows (ID8, P24).
//!
//! An attempt is charged before it is evaluated, so a hundred at once cannot slip through one check. A browser that has
//! signed in to the account before has a bucket of its own.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::model::AccountId;
use super::store;
use crate::app::App;
use crate::db::{DbError, Tx};

/// Attempts without any delay.
const FREE: i64 = 5;
/// Attempts from one address without any delay: a campus shares few addresses.
const FREE_FOR_ADDRESS: i64 = 50;
/// The longest delay.
const LONGEST: i64 = 15 * 60;
/// After so many failures in a row the account needs a new code from the desk.
const LAST: i64 = 100;

/// Whether an attempt may be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// Not before so many seconds; none at all when the account needs help.
    Refused {
        /// Seconds to wait.
        seconds: Option<i64>,
    },
}

/// A bucket and how many attempts it gives away.
#[derive(Debug, Clone)]
pub struct Charge {
    name: String,
    free: i64,
    last: i64,
}

/// Whose password or code is being tried: an account under whichever of its names, or a name that nobody has.
#[derive(Debug, Clone)]
pub struct Target(String);

impl Target {
    /// The account that was found for `name`, or the name itself.
    pub fn new(account: Option<AccountId>, name: &str) -> Self {
        Target(account.map_or_else(|| format!("name:{name}"), |id| id.to_string()))
    }
}

/// The buckets of a sign-in attempt. A known device has one of its own, so neither guesses from elsewhere nor a
/// crowded address keeps its owner out.
pub fn buckets(target: &Target, address: &str, known_device: Option<&Device>) -> Vec<Charge> {
    match known_device {
        Some(device) => vec![device_bucket(device, target)],
        None => vec![
            Charge { name: format!("account:{}", target.0), free: FREE, last: LAST },
            Charge { name: format!("address:{address}"), free: FREE_FOR_ADDRESS, last: i64::MAX },
        ],
    }
}

fn device_bucket(device: &Device, target: &Target) -> Charge {
    Charge { name: format!("device:{}:{}", hex(&device.digest()), target.0), free: FREE, last: LAST }
}

/// The buckets of a try with a one-time code.
pub fn code_buckets(target: &Target, address: &str) -> Vec<Charge> {
    vec![
        Charge { name: format!("code:{}", target.0), free: FREE, last: LAST },
        Charge { name: format!("address:{address}"), free: FREE_FOR_ADDRESS, last: i64::MAX },
    ]
}

/// The bucket of a public form, by address.
pub fn form_bucket(form: &str, address: &str, free: i64) -> Vec<Charge> {
    vec![Charge { name: format!("{form}:{address}"), free, last: i64::MAX }]
}

/// The bucket of somebody who is signed in and proves the password once more.
pub fn own_bucket(account: AccountId) -> Vec<Charge> {
    vec![Charge { name: format!("own:{account}"), free: FREE, last: i64::MAX }]
}

/// The bucket of somebody who has a colleague prove who they are. It is of both: whoever guesses there keeps nobody else
/// out, least of all the colleague.
pub fn second_bucket(asker: AccountId, second: AccountId) -> Vec<Charge> {
    vec![Charge { name: format!("second:{asker}:{second}"), free: FREE, last: LAST }]
}

/// Charges one attempt to every bucket, or none of them.
pub async fn charge(app: &App, buckets: &[Charge]) -> Result<Verdict, DbError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    for bucket in buckets {
        store::touch_bucket(&mut tx, &bucket.name, now).await?;
        let Some(present) = store::bucket(&mut tx, &bucket.name).await? else { continue };
        if present.failures >= bucket.last {
            return Ok(Verdict::Refused { seconds: None });
        }
        if let Some(until) = present.blocked_until.filter(|until| *until > now) {
            return Ok(Verdict::Refused { seconds: Some((until - now).num_seconds() + 1) });
        }
        let over = present.failures + 1 - bucket.free;
        let until = (over >= 0).then(|| now + TimeDelta::seconds((15_i64 << over.min(10)).min(LONGEST)));
        store::charge_bucket(&mut tx, &bucket.name, until).await?;
    }
    tx.commit_beside().await?;
    Ok(Verdict::Go)
}

/// After a success: the account's bucket is emptied, and the address gets back the one attempt it was charged for this,
/// no more. Otherwise whoever has one account of his own could guess at all others for free.
pub async fn forgive(app: &App, buckets: &[Charge]) -> Result<(), DbError> {
    let mut tx = app.db.begin().await?;
    for bucket in buckets {
        if bucket.last == i64::MAX {
            store::refund_bucket(&mut tx, &bucket.name, bucket.free).await?;
        } else {
            store::empty_bucket(&mut tx, &bucket.name).await?;
        }
    }
    tx.commit_beside().await
}

/// Empties what stands against an account; a new code from the desk does.
pub async fn forgive_account(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    store::empty_bucket(tx, &format!("account:{account}")).await?;
    store::empty_bucket(tx, &format!("code:{account}")).await?;
    store::empty_second_buckets(tx, account).await
}

/// Empties the bucket of a device that has just become known to an account.
pub async fn forgive_device(tx: &mut Tx, device: &Device, account: AccountId) -> Result<(), DbError> {
    store::empty_bucket(tx, &device_bucket(device, &Target::new(Some(account), "")).name).await
}

/// What a person reads who has to wait.
pub fn sentence(seconds: Option<i64>) -> String {
    match seconds {
        None => "Too many wrong tries. Ask the clinic's desk for a new code".to_owned(),
        Some(seconds) if seconds < 90 => format!("Too many tries. Try again in {seconds} seconds"),
        Some(seconds) => format!("Too many tries. Try again in {} minutes", (seconds + 59) / 60),
    }
}

/// 429 with the page.
pub fn too_many(seconds: Option<i64>, page: Response) -> Response {
    let wait = HeaderValue::from(seconds.unwrap_or(3_600));
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, wait)], page).into_response()
}

const COOKIE: &str = "device";

/// A browser's secret: what its cookie carries, and the digest that is stored.
#[derive(Debug, Clone)]
pub struct Device {
    secret: [u8; 32],
}

impl Device {
    /// A browser that was never here.
    pub fn new() -> Self {
        Device { secret: rand::random() }
    }

    /// The browser's own cookie, if it has one.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let secret = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, value)| unhex(value))?;
        Some(Device { secret: secret.try_into().ok()? })
    }

    /// What is stored of it.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }

    /// The cookie that keeps it for a year.
    pub fn cookie(&self, https: bool) -> HeaderValue {
        let secure = if https { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}",
            hex(&self.secret)
        );
        HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
    }
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
