//! Doctors as people browse them.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};

/// A doctor.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Doctor {
    pub id: AccountId,
    pub name: String,
    pub specialty: String,
    pub qualifications: String,
    pub licence_number: String,
    pub practising_since: Option<i64>,
    pub next_free: Option<DateTime<Utc>>,
}

/// Active doctors by name, with the start of the next slot the public can book; at most 200.
pub async fn all(store: impl Store, now: DateTime<Utc>) -> Result<Vec<Doctor>, DbError> {
    sql("select a.id, trim(a.title || ' ' || a.name) as name, a.specialty, a.qualifications, a.licence_number,
            a.practising_since, (select min(s.starts_at) from slot s where s.doctor_id = a.id and s.starts_at > $1
              and s.state = 'open' and s.taken_public < s.public_capacity
              and s.taken_public + s.taken_desk < s.capacity
              and (s.public_from is null or s.public_from <= $1)) as next_free
         from account a join account_role r on r.account_id = a.id and r.role = 'doctor'
         where a.state = 'active' order by a.name, a.id limit 200")
    .bind(now)
    .all(store)
    .await
}

/// A doctor's name for choosing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Named {
    /// The account.
    pub id: AccountId,
    /// The name with title.
    pub name: String,
}

/// Names of the active doctors.
pub async fn names(store: impl Store) -> Result<Vec<Named>, DbError> {
    sql("select a.id, trim(a.title || ' ' || a.name) as name from account a
         join account_role r on r.account_id = a.id and r.role = 'doctor'
         where a.state = 'active' order by a.name, a.id limit 200")
    .all_kept(store)
    .await
}

/// One active doctor.
pub async fn by_id(store: impl Store, id: AccountId) -> Result<Option<Named>, DbError> {
    sql("select a.id, trim(a.title || ' ' || a.name) as name from account a
         join account_role r on r.account_id = a.id and r.role = 'doctor' where a.state = 'active' and a.id = $1")
    .bind(id)
    .optional(store)
    .await
}
