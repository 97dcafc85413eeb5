//! Finding a patient at the door: by card, number or name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::store::people::{self as store, Found};
use crate::db::{DbError, Store};
use crate::patients::model::PatientId;

/// The patient whose card code, matric number or clinic number was scanned or typed.
pub async fn find_by_code(store: impl Store, text: &str) -> Result<Option<PatientId>, DbError> {
    store::by_code(store, text.trim()).await
}

/// Patients whose names or numbers begin with the words typed; at most 25.
pub async fn find_by_words(
    store: impl Store,
    text: &str,
    day: chrono::NaiveDate,
) -> Result<Vec<Found>, DbError> {
    let folded = fold(text);
    let mut words = folded.split_whitespace();
    let Some(first) = words.next() else { return Ok(Vec::new()) };
    store::by_words(store, first, words.next().unwrap_or(first), day).await
}

/// Lower case without accents, as the search terms are stored.
fn fold(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}
