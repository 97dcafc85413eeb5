//! The ways a request can end badly, named by situation. Each becomes a page with the request's id; what happened
//! inside is logged, never shown.

use axum::body::Body;
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::db::DbError;
use crate::work::Refused;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist, or not for this person.
    #[error("not found")]
    NotFound,
    /// The person may not come here.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// The thing is in another state than the person saw; the sentence says what to do.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The form was sent once already, with other content.
    #[error("an operation id with other content")]
    Reused,
    /// The request itself makes no sense.
    #[error("bad request: {0}")]
    Invalid(String),
    /// Somebody has to sign in first; then they come back to this address.
    #[error("sign in first")]
    SignIn {
        /// Where they wanted to go: a local path.
        next: String,
        /// Whether htmx asked, which follows no plain redirect.
        htmx: bool,
    },
    /// The same submission was answered before; this is where it led.
    #[error("answered before")]
    Replayed(String),
    /// More than the address takes.
    #[error("too large")]
    TooLarge,
    /// Too often; the seconds until it is worth trying again.
    #[error("too many requests")]
    TooMany(u64),
    /// The database is too busy.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The database is not there.
    #[error("lost: {0}")]
    Lost(String),
    /// The disk is full: pages are read, nothing is written.
    #[error("full: {0}")]
    Full(String),
    /// A bug or a broken machine.
    #[error("internal: {0}")]
    Internal(String),
}

const REUSED: &str = "You sent this form already, with other content, and that was kept. What you sent now was not. Open \
    the page again to see what is there, and change it there.";

impl Error {
    /// Anything that can only be a bug.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Error::Internal(error.to_string())
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotFound => Error::NotFound,
            Refused::Because(sentence) => Error::Conflict(sentence),
            Refused::Db(error) => error.into(),
        }
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Missing => Error::NotFound,
            DbError::Busy(_) => Error::Unavailable(error.to_string()),
            DbError::Unavailable(_) => Error::Lost(error.to_string()),
            DbError::Full(_) => Error::Full(error.to_string()),
            DbError::Constraint(_) | DbError::Other(_) => Error::Internal(error.to_string()),
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Error::Internal(format!("template: {error}"))
    }
}

/// What the error page says; set on the answer for the middleware that renders it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// A heading of its own, where the one of the status would mislead.
    pub heading: Option<&'static str>,
    /// A sentence for the person, where the situation has one of its own.
    pub sentence: Option<String>,
}

/// Set on the answer, too, when the database is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost;

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let heading = matches!(self, Error::Reused).then_some("This form was sent before");
        let (status, sentence) = match &self {
            Error::NotFound => (StatusCode::NOT_FOUND, None),
            Error::Forbidden(why) => (StatusCode::FORBIDDEN, Some((*why).to_owned())),
            Error::Conflict(why) => (StatusCode::CONFLICT, Some(why.clone())),
            Error::Reused => (StatusCode::CONFLICT, Some(REUSED.to_owned())),
            Error::Invalid(why) => (StatusCode::BAD_REQUEST, Some(why.clone())),
            Error::SignIn { next, htmx } => return sign_in(next, *htmx),
            Error::Replayed(location) => return Redirect::to(location).into_response(),
            Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None),
            Error::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, None),
            Error::Unavailable(why) => {
                tracing::warn!(%why, "unavailable");
                (StatusCode::SERVICE_UNAVAILABLE, None)
            }
            Error::Lost(why) => {
                tracing::warn!(%why, "the database cannot be reached");
                (StatusCode::SERVICE_UNAVAILABLE, None)
            }
            Error::Full(why) => {
                tracing::error!(%why, "the disk is full");
                (StatusCode::INSUFFICIENT_STORAGE, None)
            }
            Error::Internal(why) => {
                tracing::error!(%why, "internal error");
                (StatusCode::INTERNAL_SERVER_ERROR, None)
            }
        };
        let lost = matches!(self, Error::Lost(_));
        let mut response = status.into_response();
        if let Error::TooMany(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        } else if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if lost {
            response.extensions_mut().insert(Lost);
        }
        response.extensions_mut().insert(Problem { heading, sentence });
        response
    }
}

fn sign_in(next: &str, htmx: bool) -> Response {
    let to = super::paths::access::sign_in_to(next);
    if htmx {
        return (StatusCode::NO_CONTENT, [("HX-Redirect", to)]).into_response();
    }
    Redirect::to(&to).into_response()
}

/// A handler panicked: the request gets the error page, everybody else goes on.
pub fn panicked(panic: Box<dyn std::any::Any + Send>) -> HttpResponse<Body> {
    let why = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    Error::Internal(format!("panic: {why}")).into_response()
}
