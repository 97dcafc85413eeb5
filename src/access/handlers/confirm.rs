//! "Confirm it is you": a sensitive change asks for the password once more when it was last given a while ago. The
//! form that was sent waits inside the question and goes on with the answer, without a script and with one press.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::kept::{self, Pairs};
use crate::access::model::Actor;
use crate::access::proof::{Proof, is_fresh, prove};
use crate::access::views::ConfirmPage;
use crate::access::{session, store, throttle};
use crate::app::App;
use crate::audit::Entry;
use crate::web::routes::Ready;
use crate::web::submission::refused;
use crate::web::{Error, FormState, Page, html};
use crate::work::Work;

/// The field of the password; the form behind never sees it.
pub const FIELD: &str = "password_confirmation";

/// Lets a form through whose sender has lately given the password, or gives it now.
///
/// # Errors
/// The page that asks for it, with the form inside.
pub async fn admit(
    app: &App,
    mut parts: Parts,
    body: Body,
    actor: &Actor,
    ready: Ready,
) -> Result<Request, Response> {
    let pairs = kept::read(body).await.map_err(IntoResponse::into_response)?;
    let given = pairs.iter().find(|(name, _)| name == FIELD).map(|(_, value)| value.clone());
    // A second press of the same button is answered like the first, with a session id of its own: the browser may never
    // have seen the first one's.
    let asks = ready(&pairs) && !is_fresh(actor.proved_at, app.clock.now());
    if given.is_some() || asks {
        let typed = given.as_deref().unwrap_or_default();
        let answer = ask(app, &mut parts, actor, &pairs, typed).await;
        if let Some(answer) = answer.unwrap_or_else(|error| Some(error.into_response())) {
            return Err(answer);
        }
    }
    // Without the password the form is the same again and again: a second press is a repeat, not another form.
    let pairs: Pairs = pairs.into_iter().filter(|(name, _)| name != FIELD).collect();
    let body = kept::encoded(&pairs);
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// Tries the password; none when the form may go on.
async fn ask(
    app: &App,
    parts: &mut Parts,
    actor: &Actor,
    pairs: &Pairs,
    typed: &str,
) -> Result<Option<Response>, Error> {
    let page = Page::from_request_parts(parts, app).await?;
    let action = parts.uri.path().to_owned();
    let back = session::came_from(&parts.headers);
    let pairs = kept::without_passwords(pairs.clone());
    let mut form = FormState::new();
    if typed.is_empty() {
        let page = html(ConfirmPage { page, form, action, back, pairs })?;
        return Ok(Some((StatusCode::UNAUTHORIZED, page).into_response()));
    }
    let proof = prove(app, actor.account, typed).await?;
    let mut work = Work::begin(app, page.doer().clone()).await?;
    let at = work.now();
    let happened = match proof {
        Proof::Right => "sign_in.confirmed",
        Proof::Wrong | Proof::Wait(_) => "sign_in.confirmation_refused",
    };
    work.audit(Entry::new(happened, "account", actor.account.0).with("for", action.as_str())).await?;
    if proof == Proof::Right {
        store::prove_sign_in(work.tx(), actor.sign_in, at).await?;
    }
    work.commit().await?;
    match proof {
        Proof::Right => {
            renew_session(parts, actor).await?;
            Ok(None)
        }
        Proof::Wrong => {
            form.refuse(FIELD, "This is not your password. Enter it again");
            Ok(Some(refused(html(ConfirmPage { page, form, action, back, pairs })?)))
        }
        Proof::Wait(seconds) => {
            form.refuse(FIELD, throttle::sentence(seconds));
            let page = html(ConfirmPage { page, form, action, back, pairs })?;
            Ok(Some(throttle::too_many(seconds, page)))
        }
    }
}

/// After the password the browser gets a new session id; the old one is dead (ASVS 7.2.4).
pub async fn renew_session(parts: &Parts, actor: &Actor) -> Result<(), Error> {
    match parts.extensions.get::<Session>() {
        Some(found) => session::renew(found, actor.sign_in).await,
        None => Ok(()),
    }
}
