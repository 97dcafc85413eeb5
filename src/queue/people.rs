//! Finding a patient at the door: by card, number or name.

use chrono::{DateTime, NaiveDate, Utc};

use super::store::people::{self as store, Found};
use crate::db::{DbError, Store};
use crate::patients::model::find_words;

/// Patients whose names or numbers begin with the words typed; at most 25.
pub async fn find_by_words(
    store: impl Store,
    text: &str,
    day: NaiveDate,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Found>, DbError> {
    let words = find_words(text);
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    store::by_words(store, first, words.get(1).unwrap_or(first), (day, span)).await
}
