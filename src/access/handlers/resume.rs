//! A form that was sent after its sign-in had ended, or to a locked desk: what was typed waits on the server for the same
//! account (experience E5). The page carries nothing but a code, so that whoever signs in next reads and sends none of it.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::kept::{self, Pairs};
use super::sign_in::local;
use crate::access::model::AccountId;
use crate::access::session;
use crate::access::store::kept_forms::{self, KeptForm};
use crate::access::views::{NotResumedPage, ResumePage, SignInPage};
use crate::app::App;
use crate::audit::Entry;
use crate::web::{Answer, Error, FormState, Page, html, paths};
use crate::work::Work;

/// The field that carries the code of a form that waits.
pub const FIELD: &str = "kept";

/// Answers a form that nobody is signed in for: the sign-in page, while the form waits for whoever was signed in. Where
/// nothing was typed it is `error`, the plain way to the sign-in page.
pub async fn interrupted(app: &App, parts: Parts, body: Body, error: Error) -> Response {
    let answer = instead(app, parts, body, error).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn instead(app: &App, mut parts: Parts, body: Body, error: Error) -> Answer {
    let page = Page::from_request_parts(&mut parts, app).await?;
    let pairs = kept::to_keep(kept::read(body).await?);
    if !kept::is_typed(&pairs) {
        return Err(error);
    }
    let form = match owner(app, &parts).await? {
        Some(account) => {
            FormState::new().with(FIELD, keep(app, &page, account, parts.uri.path(), &pairs).await?)
        }
        None => FormState::new().with("lost", "yes"),
    };
    Ok((StatusCode::UNAUTHORIZED, html(SignInPage::new(app, page, form))?).into_response())
}

/// Who was signed in at this browser last.
async fn owner(app: &App, parts: &Parts) -> Result<Option<AccountId>, Error> {
    let session = parts.extensions.get::<Session>().filter(|_| parts.headers.contains_key(header::COOKIE));
    let Some(session) = session else { return Ok(None) };
    let Some(sign_in) = session::named(session).await? else { return Ok(None) };
    Ok(kept_forms::account_of(&app.db, sign_in).await?)
}

/// Keeps a form for an account. Returns its code.
pub async fn keep(
    app: &App,
    page: &Page,
    account: AccountId,
    action: &str,
    pairs: &Pairs,
) -> Result<String, Error> {
    let code = crate::web::form::new_op();
    let form = KeptForm { action: action.to_owned(), body: kept::encoded(pairs) };
    let mut work = Work::begin(app, page.doer().clone()).await?;
    let at = work.now();
    kept_forms::keep(work.tx(), account, &code, &form, at).await?;
    work.audit(Entry::new("form.kept", "account", account.0).with("for", action)).await?;
    work.commit().await?;
    Ok(code)
}

/// Whether a request is a form whose text is worth keeping.
pub fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    parts.method == Method::POST
        && !parts.uri.path().starts_with(paths::access::SIGN_IN)
        && kind.starts_with(b"application/x-www-form-urlencoded")
        && !parts.headers.contains_key("hx-request")
}

/// What waits for somebody who has just given the password.
#[derive(Debug)]
pub enum Waiting {
    /// Nothing.
    Nothing,
    /// A form of the same account; it is kept no longer.
    Own(KeptForm),
    /// The form of the page was somebody else's; it goes on waiting for them.
    Another,
    /// The form of the page waited for too long.
    Gone,
}

/// Looks for the form of a code. Without one, as on another device, it is the newest that waits for the account.
pub async fn waiting(app: &App, account: AccountId, code: &str) -> Result<Waiting, Error> {
    let now = app.clock.now();
    let found = match code {
        "" => kept_forms::newest_of(&app.db, account, now).await?,
        code => kept_forms::of_code(&app.db, code, now).await?,
    };
    let missing = || if code.is_empty() { Waiting::Nothing } else { Waiting::Gone };
    match found {
        None => Ok(missing()),
        Some(found) if found.account_id != account => Ok(Waiting::Another),
        Some(found) => {
            let mut tx = app.db.begin().await?;
            let form = kept_forms::take(&mut tx, found.id, account).await?;
            tx.commit().await?;
            Ok(form.map_or_else(missing, Waiting::Own))
        }
    }
}

/// The page after signing in again or unlocking: the form as it was, ready to be sent. None where nothing waits.
pub fn resumed(page: Page, waiting: Waiting, next: &str, unlocked: bool) -> Result<Option<Response>, Error> {
    let form = match waiting {
        Waiting::Nothing => return Ok(None),
        Waiting::Own(form) => form,
        Waiting::Another => {
            return html(NotResumedPage { page, another: true, next: local(next) }).map(Some);
        }
        Waiting::Gone => {
            return html(NotResumedPage { page, another: false, next: local(next) }).map(Some);
        }
    };
    let pairs: Pairs = serde_urlencoded::from_str(&form.body).unwrap_or_default();
    let shown = pairs.iter().filter(|(name, value)| name != "op" && name != "version" && !value.is_empty());
    let shown = shown.map(|(name, value)| (name.replace(['_', '-'], " "), value.clone())).collect();
    let lacks = kept::lacks_password(&pairs);
    html(ResumePage { page, unlocked, action: local(&form.action), lacks, pairs, shown }).map(Some)
}
