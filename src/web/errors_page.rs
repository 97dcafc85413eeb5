//! Gives every refusal a page: our own errors, and what the router and the layers refuse by themselves.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::{Lost, Problem};
use super::request::RequestId;
use crate::app::App;

#[derive(Template)]
#[template(path = "errors/problem.html")]
struct ProblemPage {
    clinic: String,
    phone: String,
    phone_link: String,
    sheet: &'static str,
    icons: &'static str,
    heading: &'static str,
    sentence: String,
    request_id: String,
    show_id: bool,
    fragment: bool,
}

/// Set on a refusal that a program reads: its body stays as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

/// Replaces the body of a refusal that has none of its own.
pub async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let request_id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let fragment = request.headers().contains_key("hx-request");
    let sent = !request.method().is_safe();
    let response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    let is_done = is_page || response.extensions().get::<Plain>().is_some();
    if !(status.is_client_error() || status.is_server_error()) || is_done {
        return response;
    }
    let problem = response.extensions().get::<Problem>().cloned();
    let (heading, words) = if status == StatusCode::SERVICE_UNAVAILABLE {
        // Whoever waits in vain for a connection is told of a busy database, also where there is none.
        let lost = response.extensions().get::<Lost>().is_some() || app.db.is_lost();
        unavailable(lost, sent)
    } else {
        words(status)
    };
    let clinic = app.clinic();
    let page = ProblemPage {
        clinic: clinic.name.clone(),
        phone: clinic.phone.clone(),
        phone_link: clinic.phone_link(),
        sheet: super::assets::address("app.css"),
        icons: super::assets::icons(),
        heading: problem.as_ref().and_then(|problem| problem.heading).unwrap_or(heading),
        sentence: problem.and_then(|problem| problem.sentence).unwrap_or_else(|| words.to_owned()),
        request_id: request_id.0.to_string(),
        show_id: status.is_server_error(),
        fragment,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        parts.headers.entry(header::RETRY_AFTER).or_insert(header::HeaderValue::from_static("5"));
    }
    match page.render() {
        Ok(body) => {
            parts
                .headers
                .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
            Response::from_parts(parts, body.into())
        }
        Err(_) => (status, words).into_response(),
    }
}

/// The heading and what to do next (experience E1–E4).
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            "Page not found",
            "If you typed the address, check that it is complete. If you followed a link here, tell the clinic.",
        ),
        StatusCode::FORBIDDEN => (
            "You cannot open this page",
            "Your account does not include this part of the clinic. An administrator can change that.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This address cannot do that", "Go back to the page you came from and use its buttons.")
        }
        StatusCode::CONFLICT => {
            ("Somebody was quicker", "Go back, look at the present state and decide again.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => (
            "That is too much to send",
            "Nothing was saved. Go back, shorten the text or choose a smaller file, and send it again.",
        ),
        StatusCode::TOO_MANY_REQUESTS => ("Too many tries", "Wait a moment, then try again."),
        StatusCode::INSUFFICIENT_STORAGE => (
            "Nothing can be saved now",
            "The disk of the server is full. What you sent was not saved; pages can be read. Tell whoever looks after the \
             server, then go back and send it again.",
        ),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            ("That did not arrive complete", "Go back to the page, check what you entered and send it again.")
        }
        status if status.is_server_error() => (
            "Sorry, there is a problem with the service",
            "Try again later. What you sent was not saved unless a page told you so.",
        ),
        _ => ("That did not work", "Go back to the page you came from and try again."),
    }
}

/// The same for a database that is busy, or is not there; whoever only opened a page has nothing to send again.
fn unavailable(lost: bool, sent: bool) -> (&'static str, &'static str) {
    const LOST: &str = "The clinic's database cannot be reached";
    const BUSY: &str = "The service is busy";
    match (lost, sent) {
        (true, true) => (
            LOST,
            "Nothing was half saved. Wait a minute, then go back, where your words still stand, and send it again. If it \
             lasts, tell whoever looks after the server.",
        ),
        (true, false) => (
            LOST,
            "Wait a minute, then open this page again. If it lasts, tell whoever looks after the server.",
        ),
        (false, true) => (BUSY, "Nothing was half saved. Wait a few seconds, go back and send it again."),
        (false, false) => (BUSY, "Wait a few seconds, then open this page again."),
    }
}
