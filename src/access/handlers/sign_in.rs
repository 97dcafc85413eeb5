//! Signing in and out.

use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use tower_sessions::Session;

use super::resume;
use crate::access::model::{AccountId, AccountKind, Role};
use crate::access::store::{Credentials, accounts, devices};
use crate::access::throttle::{self, Device, Target, Verdict};
use crate::access::views::SignInPage;
use crate::access::{password, session, store};
use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::patients::model::MatricNumber;
use crate::web::page::doer;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::{Doer, Work};

/// Sign-ins that one account may have at the same time; the oldest ends (ASVS 7.1.2).
const AT_ONCE: i64 = 5;
/// One message for an unknown name and a wrong password (P26).
const WRONG: &str = "The name or the password is not right. Check both and try again";

/// Where to go after signing in.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// The browser that somebody signs in with.
#[derive(Debug)]
pub struct Caller {
    session: Session,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let session = Session::from_request_parts(parts, state).await;
        let session = session.map_err(|_| Error::Internal("a request without a session".to_owned()))?;
        Ok(Caller { session, headers: parts.headers.clone() })
    }
}

/// The sign-in page. Who is signed in already goes home.
pub async fn new(State(app): State<App>, page: Page, Query(next): Query<Next>) -> Answer {
    if page.actor.is_some() {
        return Ok(see_other(&local(&next.next)));
    }
    let form = FormState::new().with("next", local(&next.next));
    html(SignInPage::new(&app, page, form))
}

/// Checks name and password and opens a sign-in.
pub async fn create(State(app): State<App>, page: Page, caller: Caller, submission: Submission) -> Answer {
    let mut form = submission.form;
    let name = form.text("name", "Enter your matric number, username or e-mail", 120);
    if form.secret("password").is_empty() {
        form.refuse("password", "Enter your password");
    }
    if !form.is_ok() {
        return Ok(refused(html(SignInPage::new(&app, page, form))?));
    }
    let device = Device::of(&caller.headers);
    let (name, account) = named(&app, &page, &name).await?;
    let known = match (&account, &device) {
        (Some(account), Some(device)) => devices::knows_device(&app.db, account.id, &device.digest()).await?,
        _ => false,
    };
    let target = Target::new(account.as_ref().map(|account| account.id), &name);
    let buckets = throttle::buckets(&target, &page.doer().address, device.as_ref().filter(|_| known));
    if let Verdict::Refused { seconds } = throttle::charge(&app, &buckets).await? {
        form.refuse("name", throttle::sentence(seconds));
        return Ok(throttle::too_many(seconds, html(SignInPage::new(&app, page, form))?));
    }
    let tried = account.as_ref().map(|account| account.id);
    match let_in(&app, &page, &caller, account, form.secret("password")).await? {
        Some((account, cookie)) => {
            throttle::forgive(&app, &buckets).await?;
            let waiting = resume::waiting(&app, account, form.value(resume::FIELD)).await?;
            let next = form.value("next");
            let answer = resume::resumed(page, waiting, next, false)?;
            Ok(with_cookie(cookie, answer.unwrap_or_else(|| see_other(&local(next)))))
        }
        None => {
            let mut work = Work::begin(&app, page.doer().clone()).await?;
            work.audit(Entry::new("sign_in.refused", "account", tried.map(|account| account.0))).await?;
            work.commit_beside().await?;
            form.refuse("name", WRONG);
            Ok(refused(html(SignInPage::new(&app, page, form))?))
        }
    }
}

/// Opens a sign-in when the password is right and still the account's own at that moment. A hash that was replaced while
/// it was looked at may have become a stronger one of the same password: then it is looked at once more.
async fn let_in(
    app: &App,
    page: &Page,
    caller: &Caller,
    account: Option<Credentials>,
    typed: &str,
) -> Result<Option<(AccountId, HeaderValue)>, Error> {
    let mut known = account;
    for _ in 0..2 {
        let hash = known.as_ref().and_then(|account| account.password_hash.clone());
        let right = password::verify(typed, hash.clone()).await?;
        let Some(account) = known.filter(|account| right && account.is_active()) else { return Ok(None) };
        let hash = hash.unwrap_or_default();
        if let Some(cookie) = open(app, page, caller, account.id, &hash).await? {
            strengthen(app, account.id, hash, typed);
            return Ok(Some((account.id, cookie)));
        }
        known = store::credentials(&app.db, account.id).await?;
    }
    Ok(None)
}

/// Opens a sign-in for an account and gives the browser its session. Returns the cookie that makes the device known; none
/// where the account is no longer active or its password no longer the one of `hash`.
pub async fn open(
    app: &App,
    page: &Page,
    caller: &Caller,
    account: AccountId,
    hash: &str,
) -> Result<Option<HeaderValue>, Error> {
    let Caller { session, headers } = caller;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let before = if headers.contains_key(header::COOKIE) { session::named(session).await? } else { None };
    let mut work = Work::begin(app, in_the_name_of(app, page, account).await?).await?;
    let at = work.now();
    if !accounts::hold_proved(work.tx(), account, hash).await? {
        return Ok(None);
    }
    if let Some(before) = before {
        store::end_sign_in(work.tx(), before, "signed in again", at).await?;
    }
    store::end_oldest(work.tx(), account, AT_ONCE - 1, at).await?;
    let address = page.doer().address.clone();
    let sign_in = store::insert_sign_in(work.tx(), account, &device_words(browser), &address, at).await?;
    let device = Device::of(headers).unwrap_or_default();
    devices::remember_device(work.tx(), account, &device.digest(), at).await?;
    throttle::forgive_device(work.tx(), &device, account).await?;
    work.audit(Entry::new("sign_in.opened", "account", account.0).with("device", device_words(browser)))
        .await?;
    work.tell(Topic::Account(account.0));
    work.commit_beside().await?;
    session::carry(session, sign_in).await?;
    Ok(Some(device.cookie(app.config.is_https())))
}

/// From here on the person is known: the trail names the account, not "nobody".
async fn in_the_name_of(app: &App, page: &Page, account: AccountId) -> Result<Doer, Error> {
    let found = accounts::by_id(&app.db, account).await?.ok_or(Error::NotFound)?;
    let role = match found.kind {
        AccountKind::Patient => "patient".to_owned(),
        AccountKind::Staff => {
            let words: Vec<&str> = found.role_list().iter().map(Role::as_str).collect();
            words.join(",")
        }
    };
    Ok(Doer { account_id: Some(account.0), name: found.name, role, ..page.doer().clone() })
}

/// A hash made with less than today's parameters is replaced while the password is at hand; nobody waits for it.
fn strengthen(app: &App, account: AccountId, stored: String, password: &str) {
    if !password::is_weaker(app.config.password_cost, &stored) {
        return;
    }
    let (app, password) = (app.clone(), password.to_owned());
    app.tasks.clone().spawn(async move {
        if let Ok(hash) = password::hash(app.config.password_cost, &password).await
            && let Err(error) = accounts::strengthen(&app.db, account, &stored, &hash).await
        {
            tracing::warn!(%error, "a weak hash stays until the next sign-in");
        }
    });
}

/// 303 with the cookie of a device that has just become known.
pub fn leading(cookie: HeaderValue, to: &str) -> Response {
    with_cookie(cookie, see_other(to))
}

fn with_cookie(cookie: HeaderValue, mut response: Response) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Ends the sign-in of this device; what the browser kept is to be forgotten.
pub async fn end(State(app): State<App>, session: Session, request: Request) -> Answer {
    if let Some(actor) = request.extensions().get::<crate::access::model::Actor>() {
        let mut work = Work::begin(&app, doer(&request)).await?;
        let at = work.now();
        store::end_sign_in(work.tx(), actor.sign_in, "signed out", at).await?;
        work.audit(Entry::new("sign_in.ended", "account", actor.account.0)).await?;
        work.tell(Topic::Account(actor.account.0));
        work.commit().await?;
    }
    let mut response = see_other(paths::access::SIGN_IN);
    session::drop_session(&app, &session, &mut response).await?;
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// Names are matched without case and without blanks around them.
fn fold_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The name as it counts, and whose it is. A matric number is also found with blanks or hyphens in it (experience F8).
pub async fn named(app: &App, page: &Page, typed: &str) -> Result<(String, Option<Credentials>), Error> {
    let name = fold_name(typed);
    let account = store::by_sign_in_name(&app.db, &name).await?;
    let matric = MatricNumber::parse_loosely(&name, &page.clinic.matric_pattern);
    let Some(matric) = matric.filter(|_| account.is_none()) else { return Ok((name, account)) };
    let name = fold_name(matric.as_str());
    let account = store::by_sign_in_name(&app.db, &name).await?;
    Ok((name, account))
}

/// Only a path of our own is a place to go on to (ASVS 3.7.2).
pub fn local(next: &str) -> String {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|c| c.is_ascii_graphic())
        && !next.starts_with(paths::access::SIGN_IN);
    if plain { next.to_owned() } else { paths::HOME.to_owned() }
}

/// A browser in the words of a person: what stands in "my devices".
fn device_words(agent: &str) -> String {
    let system = ["iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux"]
        .into_iter()
        .find(|name| agent.contains(name))
        .unwrap_or("another system");
    let browser = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]
    .into_iter()
    .find(|(mark, _)| agent.contains(mark))
    .map_or("A browser", |(_, name)| name);
    format!("{browser} on {}", if system == "Macintosh" { "Mac" } else { system })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_local_path_is_followed_after_signing_in() {
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "/a\nb",
            "/\t/evil.example",
            "/ẹ",
            " /x",
            "/sign-in?next=/sign-in",
        ] {
            assert_eq!(local(bad), "/", "{bad}");
        }
        assert_eq!(local("/patients/3?tab=visits"), "/patients/3?tab=visits");
    }
}
