//! A shared desk is locked with one key and unlocked with the password (experience X2). The sign-in goes on; until it
//! is unlocked every request of it is answered with the lock. A page with scripts stays as it is beneath the lock.

use axum::body::Body;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::sign_in::local;
use super::{kept, resume};
use crate::access::model::Actor;
use crate::access::proof::{Proof, prove};
use crate::access::views::{LockPage, LockPart};
use crate::access::{session, store, throttle};
use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Work;

/// Says to a script that the sign-in is locked.
const LOCKED: HeaderName = HeaderName::from_static("x-locked");

/// The field of the password.
const FIELD: &str = "password_unlock";

/// Whether an address answers while the sign-in is locked.
pub fn stays_open(path: &str) -> bool {
    [paths::access::LOCK, paths::access::UNLOCK, paths::access::SIGN_OUT].contains(&path)
}

/// Answers a request of a locked sign-in: the lock, while a form that was sent waits for its person.
pub async fn refuse(app: &App, mut parts: Parts, body: Body, actor: Actor) -> Response {
    parts.extensions.insert(actor);
    let answer = match Page::from_request_parts(&mut parts, app).await {
        Ok(page) => locked(app, page, &parts, body).await,
        Err(error) => Err(error),
    };
    let mut answer = answer.unwrap_or_else(IntoResponse::into_response);
    answer.headers_mut().insert(LOCKED, HeaderValue::from_static("yes"));
    answer
}

async fn locked(app: &App, page: Page, parts: &Parts, body: Body) -> Answer {
    let mut form = FormState::new();
    if resume::is_form(parts) {
        let pairs = kept::to_keep(kept::read(body).await?);
        if kept::lacks_password(&pairs) && !kept::is_typed(&pairs) {
            // Nothing is left of it: the page asks for all of it again.
            form = form.with("next", session::came_from(&parts.headers));
        } else {
            let code = resume::keep(app, &page, page.actor()?.account, parts.uri.path(), &pairs).await?;
            form = form.with(resume::FIELD, code);
        }
    } else if parts.method == Method::GET {
        form = form.with("next", parts.uri.path_and_query().map_or("/", |path| path.as_str()));
    }
    Ok((StatusCode::UNAUTHORIZED, shown(page, form, kept::asks_for_part(&parts.headers))?).into_response())
}

fn shown(page: Page, form: FormState, part: bool) -> Answer {
    if part { html(LockPart { page, form }) } else { html(LockPage { page, form }) }
}

/// Where to go after unlocking.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: String,
}

/// The lock.
pub async fn show(page: Page, headers: HeaderMap, Query(next): Query<Next>) -> Answer {
    let part = kept::asks_for_part(&headers);
    if !page.actor()?.locked && !part {
        return Ok(see_other(&local(&next.next)));
    }
    shown(page, FormState::new().with("next", local(&next.next)), part)
}

/// Locks the sign-in of this browser.
pub async fn create(State(app): State<App>, page: Page, headers: HeaderMap) -> Answer {
    let actor = page.actor()?.clone();
    let mut work = Work::begin(&app, page.doer().clone()).await?;
    let at = work.now();
    if store::lock_sign_in(work.tx(), actor.sign_in, at).await? {
        work.audit(Entry::new("sign_in.locked", "account", actor.account.0)).await?;
        work.tell(Topic::Account(actor.account.0));
    }
    work.commit().await?;
    let next = local(&session::came_from(&headers));
    if kept::asks_for_part(&headers) {
        return shown(page, FormState::new().with("next", next), true);
    }
    Ok(see_other(&paths::access::lock_to(&next)))
}

/// Unlocks it: the page goes on where it was, or the form that was sent meanwhile is offered again.
pub async fn end(
    State(app): State<App>,
    page: Page,
    session: Session,
    headers: HeaderMap,
    submission: Submission,
) -> Answer {
    let mut form = submission.form;
    let part = kept::asks_for_part(&headers);
    let actor = page.actor()?.clone();
    if form.secret(FIELD).is_empty() {
        form.refuse(FIELD, "Enter your password");
        return Ok(refused(shown(page, form, part)?));
    }
    let proof = prove(&app, actor.account, form.secret(FIELD)).await?;
    let mut work = Work::begin(&app, page.doer().clone()).await?;
    let at = work.now();
    let happened = if proof == Proof::Right { "sign_in.unlocked" } else { "sign_in.unlock_refused" };
    work.audit(Entry::new(happened, "account", actor.account.0)).await?;
    if proof == Proof::Right {
        store::unlock_sign_in(work.tx(), actor.sign_in, at).await?;
        work.tell(Topic::Account(actor.account.0));
    }
    work.commit().await?;
    match proof {
        Proof::Wrong => {
            form.refuse(FIELD, "This is not your password. Enter it again");
            Ok(refused(shown(page, form, part)?))
        }
        Proof::Wait(seconds) => {
            form.refuse(FIELD, throttle::sentence(seconds));
            Ok(throttle::too_many(seconds, shown(page, form, part)?))
        }
        Proof::Right => {
            session::renew(&session, actor.sign_in).await?;
            onwards(&app, page, &form, part).await
        }
    }
}

async fn onwards(app: &App, page: Page, form: &FormState, part: bool) -> Result<Response, Error> {
    if part {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (code, next) = (form.value(resume::FIELD), form.value("next"));
    if !code.is_empty() {
        let waiting = resume::waiting(app, page.actor()?.account, code).await?;
        if let Some(answer) = resume::resumed(page, waiting, next, true)? {
            return Ok(answer);
        }
    }
    Ok(see_other(&local(next)))
}
