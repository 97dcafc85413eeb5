//! A form on its way that has to wait for a password: its fields, without passwords.

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;

use super::confirm;
use crate::web::Error;
use crate::web::form::is_secret;

/// The most that is carried over; longer text stays in the browser's own history.
const LONGEST: usize = 64 * 1024;

/// The fields of a form as sent.
pub type Pairs = Vec<(String, String)>;

/// Reads a form's fields.
pub async fn read(body: Body) -> Result<Pairs, Error> {
    let body = to_bytes(body, LONGEST).await.map_err(|_| Error::TooLarge)?;
    serde_urlencoded::from_bytes(&body).map_err(|_| Error::Invalid("What arrived was not a form.".into()))
}

/// What may stand in a page again: no passwords.
pub fn without_passwords(pairs: Pairs) -> Pairs {
    pairs.into_iter().filter(|(name, _)| !is_secret(name)).collect()
}

/// What waits for its person: of a password only that there was one. The confirmation is asked for anew where it is needed.
pub fn to_keep(pairs: Pairs) -> Pairs {
    let pairs = pairs
        .into_iter()
        .filter(|(name, value)| name != confirm::FIELD && !(is_secret(name) && value.is_empty()));
    pairs.map(|(name, value)| if is_secret(&name) { (name, String::new()) } else { (name, value) }).collect()
}

/// Whether a password stood in what waits, which its form may not do without.
pub fn lacks_password(pairs: &Pairs) -> bool {
    pairs.iter().any(|(name, _)| is_secret(name))
}

/// The fields as a form's body.
pub fn encoded(pairs: &Pairs) -> String {
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}

/// Whether a person typed anything that would be lost.
pub fn is_typed(pairs: &Pairs) -> bool {
    // The page fills the username in, for the browser that keeps passwords.
    let filled_in = |name: &str| matches!(name, "op" | "version" | "username");
    pairs.iter().any(|(name, value)| !filled_in(name) && !value.is_empty())
}

/// Whether a script asks for a part of a page.
pub fn asks_for_part(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}
