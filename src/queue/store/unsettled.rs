//! Visits that the day closed by itself, until somebody has seen to them (rule Q13).

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryState, VisitId};

/// A visit that the day closed.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Unsettled {
    pub id: VisitId,
    pub day: NaiveDate,
    pub token: String,
    pub closed_at: DateTime<Utc>,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub number: String,
    /// The point where the token stood.
    pub point: Option<String>,
    /// How it stood there.
    pub stood: Option<EntryState>,
}

/// The oldest ones after a day and visit.
pub async fn after(
    store: impl Store,
    (day, id): (NaiveDate, VisitId),
    limit: i64,
) -> Result<Vec<Unsettled>, DbError> {
    sql("select v.id, v.day, v.token, v.closed_at, v.patient_id, p.given_names || ' ' || p.family_name as patient_name,
            p.number, s.name as point, x.from_state as stood
         from visit v join patient p on p.id = v.patient_id
         left join queue_entry e on e.id = (select max(q.id) from queue_entry q
            where q.visit_id = v.id and q.state <> 'void')
         left join service_point s on s.id = e.point_id
         left join queue_event x on x.id = (select max(y.id) from queue_event y where y.entry_id = e.id)
            and x.move = 'day_close'
         where v.close_reason = 'day_close' and v.seen_to_at is null
            and v.day >= $1 and (v.day > $1 or v.id > $2)
         order by v.day, v.id limit $3")
    .bind(day)
    .bind(id)
    .bind(limit)
    .all(store)
    .await
}

/// Whose visit of that kind it is, whether or not somebody has seen to it.
pub async fn patient_of(store: impl Store, id: VisitId) -> Result<Option<PatientId>, DbError> {
    sql("select patient_id from visit where id = $1 and close_reason = 'day_close'")
        .bind(id)
        .optional::<(PatientId,)>(store)
        .await
        .map(|row| row.map(|row| row.0))
}

/// Marks one as seen to. `false`: somebody else was quicker.
pub async fn settle(
    tx: &mut Tx,
    id: VisitId,
    by: AccountId,
    note: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let settled =
        sql("update visit set seen_to_at = $2, seen_to_by = $3, seen_to_note = $4, version = version + 1
         where id = $1 and close_reason = 'day_close' and seen_to_at is null")
        .bind(id)
        .bind(at)
        .bind(by)
        .bind(note)
        .run(tx)
        .await?;
    Ok(settled == 1)
}
