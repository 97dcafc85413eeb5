//! Finding a patient at the door.

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;

/// A patient in a short list.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Found {
    pub id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub number: String,
    pub matric_number: Option<String>,
    pub token: Option<String>,
}

/// Active patients who have terms that begin with both folded words, with today's token; in the order of the first.
pub async fn by_words(
    store: impl Store,
    first: &str,
    second: &str,
    day: chrono::NaiveDate,
) -> Result<Vec<Found>, DbError> {
    sql("select p.id, p.family_name, p.given_names, p.number, p.matric_number, v.token
         from patient_term t join patient p on p.id = t.patient_id
         left join visit v on v.patient_id = t.patient_id and v.day = $5
         where t.term >= $1 and t.term < $2 and p.state = 'active'
            and not exists (select 1 from patient_term s
                where s.patient_id = t.patient_id and s.term >= $1 and s.term < t.term)
            and exists (select 1 from patient_term s
                where s.patient_id = t.patient_id and s.term >= $3 and s.term < $4)
         order by t.term, t.patient_id limit 25")
    .bind(first)
    .bind(format!("{first}\u{10FFFF}"))
    .bind(second)
    .bind(format!("{second}\u{10FFFF}"))
    .bind(day)
    .all(store)
    .await
}

/// A patient's names: family name and given names.
pub async fn name_of(store: impl Store, id: PatientId) -> Result<Option<(String, String)>, DbError> {
    sql("select family_name, given_names from patient where id = $1").bind(id).optional(store).await
}
