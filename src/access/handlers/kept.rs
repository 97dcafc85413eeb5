//! A form on its way that has to wait for a password: its fields, without passwords.

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;

use crate::web::Error;

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
    pairs.into_iter().filter(|(name, _)| !name.starts_with("password")).collect()
}

/// The fields as a form's body.
pub fn encoded(pairs: &Pairs) -> String {
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}

/// Whether a person typed anything that would be lost.
pub fn is_typed(pairs: &Pairs) -> bool {
    pairs.iter().any(|(name, value)| !matches!(name.as_str(), "op" | "version") && !value.is_empty())
}

/// Whether a script asks for a part of a page.
pub fn asks_for_part(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}
