//! What somebody is shown whose form was overtaken by another one (R8): who changed the thing meanwhile, and to what.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::error::Error;
use super::form::FormState;
use crate::work::Refused;

/// A change that came in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who made it.
    pub who: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Label and present value of each field that differs from what was typed.
    pub now: Vec<(String, String)>,
}

impl Conflict {
    /// Compares what was typed with what is stored. `fields`: name, label, stored value. The form goes on from the
    /// present `version`, so that sending it again is a decision.
    pub fn of(
        form: &mut FormState,
        who: Option<(String, DateTime<Utc>)>,
        fields: &[(&str, &str, String)],
        version: i64,
    ) -> Self {
        let differs = fields.iter().filter(|(name, _, stored)| form.value(name).trim() != stored);
        let now = differs
            .map(|(_, label, stored)| {
                let words = if stored.is_empty() { "nothing" } else { stored };
                ((*label).to_owned(), words.to_owned())
            })
            .collect();
        form.refuse("", "Somebody else saved this first. Compare, then save yours again or leave the page");
        form.set("version", version);
        form.renew();
        let (who, at) = who.unwrap_or_else(|| ("Somebody".to_owned(), DateTime::UNIX_EPOCH));
        Conflict { who, at, now }
    }
}

/// The sentence of a refusal, to be shown on the page as it stands now; anything else is an error.
pub fn sentence(refused: Refused) -> Result<String, Error> {
    match refused {
        Refused::Because(sentence) => Ok(sentence),
        Refused::NotFound | Refused::Db(_) => Err(refused.into()),
    }
}

/// 409 with the page.
pub fn conflicting(page: Response) -> Response {
    (StatusCode::CONFLICT, page).into_response()
}
