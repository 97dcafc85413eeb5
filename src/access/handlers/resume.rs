//! A form that was sent after its sign-in had ended: what was typed is kept over signing in again (experience E5).

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::kept::{self, Pairs};
use super::sign_in::local;
use crate::access::views::{ResumePage, SignInPage};
use crate::app::App;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Answers a form that nobody is signed in for: the sign-in page, with the form folded into it. Where nothing was typed
/// it is `error`, the plain way to the sign-in page.
pub async fn interrupted(app: &App, mut parts: Parts, body: Body, error: Error) -> Response {
    let page = match Page::from_request_parts(&mut parts, app).await {
        Ok(page) => page,
        Err(error) => return error.into_response(),
    };
    let kept = match kept::read(body).await {
        Ok(pairs) => kept::without_passwords(pairs),
        Err(error) => return error.into_response(),
    };
    if !kept::is_typed(&kept) {
        return error.into_response();
    }
    let form =
        FormState::new().with("resume_action", parts.uri.path()).with("resume_body", kept::encoded(&kept));
    let answer = html(SignInPage::new(app, page, form));
    match answer {
        Ok(answer) => (StatusCode::UNAUTHORIZED, answer).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Whether a request is a form whose text is worth keeping.
pub fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    parts.method == Method::POST
        && !parts.uri.path().starts_with(paths::access::SIGN_IN)
        && kind.starts_with(b"application/x-www-form-urlencoded")
        && !parts.headers.contains_key("hx-request")
}

/// The page after signing in again or unlocking: the form as it was, ready to be sent.
pub fn resumed(page: Page, form: &FormState, unlocked: bool) -> Answer {
    let action = local(form.value("resume_action"));
    let pairs: Pairs = serde_urlencoded::from_str(form.value("resume_body")).unwrap_or_default();
    let shown = pairs.iter().filter(|(name, value)| name != "op" && name != "version" && !value.is_empty());
    let shown = shown.map(|(name, value)| (name.replace(['_', '-'], " "), value.clone())).collect();
    html(ResumePage { page, unlocked, action, pairs, shown })
}
