//! Who is looked for stays out of addresses (experience X3): a shared machine keeps the addresses of its pages, and a
//! proxy writes them down. A search is sent as a form; its text waits in a cookie of the page that shows what was found.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::submission::see_other;
use super::{Answer, paths};
use crate::access::handlers::kept;
use crate::access::handlers::sign_in::local;
use crate::app::App;

/// The field of a page's address; the cookie's name begins with it.
const SOUGHT: &str = "sought";
/// Characters of a text that is searched for.
const LONGEST: usize = 120;
/// Seconds for which the way back finds the same list.
const KEPT: u32 = 900;

/// A search as a form: `to` is the page that answers, `q` the text, all else its filters.
pub async fn find(State(app): State<App>, body: Body) -> Answer {
    let mut to = paths::HOME.to_owned();
    let mut text = String::new();
    let mut filters = Vec::new();
    for (name, value) in kept::read(body).await? {
        match name.as_str() {
            "to" => to = local(&value),
            "q" => text = value,
            "op" | SOUGHT => {}
            _ if value.is_empty() => {}
            _ => filters.push((name, value)),
        }
    }
    // What stands behind a semicolon would be read as another of the cookie's attributes.
    let path = to.split(['?', ';']).next().unwrap_or(paths::HOME);
    Ok(lead_to(&app, path, &text, &kept::encoded(&filters)))
}

/// Leads to the page at `path` that shows what is found for `text`.
pub fn lead_to(app: &App, path: &str, text: &str, filters: &str) -> Response {
    let text: String = text.trim().chars().take(LONGEST).collect();
    if text.is_empty() {
        return see_other(&format!("{path}?{filters}"));
    }
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let cookie = format!(
        "{}={}; Path={path}; Max-Age={KEPT}; HttpOnly; SameSite=Lax{secure}",
        cookie_of(path),
        paths::encoded(&text)
    );
    let ampersand = if filters.is_empty() { "" } else { "&" };
    let mut response = see_other(&format!("{path}?{SOUGHT}=1{ampersand}{filters}"));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The cookie of the page at `path`: a name of its own, as not every browser sends the nearer of two paths first.
fn cookie_of(path: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    SOUGHT.chars().chain(path.chars().map(plain)).collect()
}

/// The fields of the address of a list's next page: what is in the cookie stays there.
pub fn term<'a>(sought: &'a str, text: &'a str) -> (&'static str, &'a str) {
    if sought.is_empty() { ("q", text) } else { (SOUGHT, "1") }
}

/// Gives a page that was led to the text it is to search for, as `q`.
pub async fn fill_in(mut request: Request, next: Next) -> Response {
    let asks = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "sought=1"));
    if asks && let Some(uri) = filled(request.uri(), request.headers()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

fn filled(uri: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let cookie = cookie_of(uri.path());
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let text = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookie)
        .map(|(_, value)| value)?;
    let mut parts = uri.clone().into_parts();
    let whole = format!("{}?{}&q={text}", uri.path(), uri.query().unwrap_or_default());
    parts.path_and_query = Some(whole.parse().ok()?);
    Uri::from_parts(parts).ok()
}
