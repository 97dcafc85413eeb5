//! A form that was sent after its sign-in had ended: what was typed is kept over signing in again (experience E5).

use axum::body::{Body, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::sign_in::local;
use crate::access::views::{ResumePage, SignInPage};
use crate::app::App;
use crate::web::{Answer, Error, FormState, Page, html};

/// The most that is carried over; longer text stays in the browser's own history.
const LONGEST: usize = 64 * 1024;

/// Answers a form that nobody is signed in for: the sign-in page, with the form folded into it. Where nothing was typed
/// it is `error`, the plain way to the sign-in page.
pub async fn interrupted(app: &App, mut parts: Parts, body: Body, error: Error) -> Response {
    let page = match Page::from_request_parts(&mut parts, app).await {
        Ok(page) => page,
        Err(error) => return error.into_response(),
    };
    let Ok(body) = to_bytes(body, LONGEST).await else { return Error::TooLarge.into_response() };
    let Ok(pairs) = serde_urlencoded::from_bytes::<Vec<(String, String)>>(&body) else {
        return Error::Invalid("What arrived was not a form.".into()).into_response();
    };
    let kept: Vec<(String, String)> =
        pairs.into_iter().filter(|(name, _)| !name.starts_with("password")).collect();
    let typed =
        kept.iter().any(|(name, value)| !matches!(name.as_str(), "op" | "version") && !value.is_empty());
    if !typed {
        return error.into_response();
    }
    let form = FormState::new()
        .with("resume_action", parts.uri.path())
        .with("resume_body", serde_urlencoded::to_string(kept).unwrap_or_default());
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
        && kind.starts_with(b"application/x-www-form-urlencoded")
        && !parts.headers.contains_key("hx-request")
}

/// The page after signing in again: the form as it was, ready to be sent.
pub fn resumed(page: Page, form: &FormState) -> Answer {
    let action = local(form.value("resume_action"));
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(form.value("resume_body")).unwrap_or_default();
    let shown = pairs.iter().filter(|(name, value)| name != "op" && name != "version" && !value.is_empty());
    let shown = shown.map(|(name, value)| (name.replace(['_', '-'], " "), value.clone())).collect();
    html(ResumePage { page, action, pairs, shown })
}
