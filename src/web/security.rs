//! Headers every answer carries, and the demand that a browser says where a form comes from.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::ProtectionError;

use super::error::Problem;
use crate::app::App;

/// No inline script, no inline style, nothing from elsewhere (architecture §4).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /policy-reports";

/// Where browsers report what the policy stopped; it stands in the policy too.
pub const REPORTS: &str = "/policy-reports";

const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds what is missing. Pages are not kept by anyone unless they said so themselves.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.config.is_https() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

const ELSEWHERE: &str = "It did not come from a page of this clinic, so nothing was done. If you sent it yourself, \
    open this clinic's page again and send it from there.";
const UNKNOWN: &str = "Your browser did not say where this form comes from, so nothing was done. Open the page again \
    and send it once more.";

/// The answer to a form that another site sent, or that hides where it comes from.
pub fn from_elsewhere(_: ProtectionError) -> Response {
    not_taken(ELSEWHERE)
}

fn not_taken(sentence: &str) -> Response {
    let problem = Problem { heading: Some("This form was not taken"), sentence: Some(sentence.to_owned()) };
    (StatusCode::FORBIDDEN, Extension(problem)).into_response()
}

/// With a session cookie, an unsafe request must say where it comes from (tightens the layer beneath, which lets
/// requests without both headers pass).
pub async fn demand_origin(request: Request, next: Next) -> Response {
    let unsafe_method = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if unsafe_method && headers.contains_key(header::COOKIE) && !says {
        return not_taken(UNKNOWN);
    }
    next.run(request).await
}
