//! Finding a patient at the door: by card, number or name.

use chrono::{DateTime, NaiveDate, Utc};

use super::store::people::{self as store, Found};
use crate::db::{Db, DbError};
use crate::patients::model::{PatientState, find_words};

/// How many are found at most.
const FOUND: i64 = 25;

/// Patients whose names or numbers begin with the words typed. Deactivated ones come last: whoever is not found is
/// registered a second time.
pub async fn find_by_words(
    db: &Db,
    text: &str,
    day: NaiveDate,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Found>, DbError> {
    let words = find_words(text);
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    let words = (first.as_str(), words.get(1).unwrap_or(first).as_str());
    let mut found = store::by_words(db, words, PatientState::Active, (day, span), FOUND).await?;
    let left = FOUND - i64::try_from(found.len()).unwrap_or(FOUND);
    if left > 0 {
        found.extend(store::by_words(db, words, PatientState::Deactivated, (day, span), left).await?);
    }
    Ok(found)
}
