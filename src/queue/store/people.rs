//! Finding a patient at the door.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::{PatientId, PatientState};

/// A patient in a short list.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Found {
    pub id: PatientId,
    pub family_name: String,
    pub given_names: String,
    pub number: String,
    pub matric_number: Option<String>,
    pub state: PatientState,
    pub token: Option<String>,
    /// When the visit of today ended; none while it lasts.
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: Option<String>,
    /// The next booking of today that was not checked in, and with whom.
    pub booked_at: Option<DateTime<Utc>>,
    pub booked_with: Option<String>,
}

/// Patients in a state who have terms that begin with both folded words, with today's token
/// or booking; in the order of the first.
pub async fn by_words(
    store: impl Store,
    (first, second): (&str, &str),
    state: PatientState,
    (day, span): (NaiveDate, (DateTime<Utc>, DateTime<Utc>)),
    limit: i64,
) -> Result<Vec<Found>, DbError> {
    sql("select p.id, p.family_name, p.given_names, p.number, p.matric_number, p.state, v.token,
            v.closed_at, v.close_reason, a.starts_at as booked_at, trim(d.title || ' ' || d.name) as booked_with
         from patient_term t join patient p on p.id = t.patient_id
         left join visit v on v.patient_id = t.patient_id and v.day = $5
         left join appointment a on a.id = (select b.id from appointment b where b.patient_id = t.patient_id
            and b.state = 'booked' and b.starts_at >= $6 and b.starts_at < $7 order by b.starts_at limit 1)
         left join account d on d.id = a.doctor_id
         where t.term >= $1 and t.term < $2 and p.state = $8
            and not exists (select 1 from patient_term s
                where s.patient_id = t.patient_id and s.term >= $1 and s.term < t.term)
            and exists (select 1 from patient_term s
                where s.patient_id = t.patient_id and s.term >= $3 and s.term < $4)
         order by t.term, t.patient_id limit $9")
    .bind(first)
    .bind(format!("{first}\u{10FFFF}"))
    .bind(second)
    .bind(format!("{second}\u{10FFFF}"))
    .bind(day)
    .bind(span.0)
    .bind(span.1)
    .bind(state)
    .bind(limit)
    .all(store)
    .await
}

/// A patient's names: family name and given names.
pub async fn name_of(store: impl Store, id: PatientId) -> Result<Option<(String, String)>, DbError> {
    sql("select family_name, given_names from patient where id = $1").bind(id).optional(store).await
}
