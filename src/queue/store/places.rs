//! A patient's own place, by the code on the slip or by the patient.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryId, EntryState, Pace, PointId, PointKind, VisitId};

/// A visit with its latest entry, without any name. One that was taken back stands for it only where there is no other.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Held {
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub day: NaiveDate,
    pub token: String,
    pub slip_code: String,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: Option<String>,
    pub entry_id: EntryId,
    pub entry_version: i64,
    pub state: EntryState,
    pub point_id: PointId,
    pub point: String,
    pub kind: PointKind,
    pub paused_at: Option<DateTime<Utc>>,
    pub pause_reason: String,
    pub booked_in_a_row: i64,
    pub room: Option<String>,
    pub call_count: i64,
    pub called_at: Option<DateTime<Utc>>,
    pub last_called_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub park_reason: String,
}

impl Held {
    /// Whether leaving means anything: who is being served tells whom they are with.
    pub fn can_leave(&self) -> bool {
        self.closed_at.is_none() && self.state.is_open() && self.state != EntryState::InService
    }
}

/// The visit that a slip's code names.
pub async fn by_code(store: impl Store, code: &str) -> Result<Option<Held>, DbError> {
    sql("select v.id as visit_id, v.patient_id, v.day, v.token, v.slip_code, v.opened_at, v.closed_at,
            v.close_reason, e.id as entry_id, e.version as entry_version, e.state, e.point_id, p.public_name as point,
            p.kind, p.paused_at, p.pause_reason, p.booked_in_a_row, r.name as room, e.call_count, e.called_at,
            e.last_called_at, e.started_at, e.park_reason
         from visit v join queue_entry e on e.visit_id = v.id join service_point p on p.id = e.point_id
         left join room r on r.id = e.room_id
         where v.slip_code = $1 order by case when e.state = 'void' then 1 else 0 end, e.id desc limit 1")
    .bind(code)
    .optional(store)
    .await
}

/// A patient's visit of a day.
pub async fn of_patient(
    store: impl Store,
    patient: PatientId,
    day: NaiveDate,
) -> Result<Option<Held>, DbError> {
    sql("select v.id as visit_id, v.patient_id, v.day, v.token, v.slip_code, v.opened_at, v.closed_at,
            v.close_reason, e.id as entry_id, e.version as entry_version, e.state, e.point_id, p.public_name as point,
            p.kind, p.paused_at, p.pause_reason, p.booked_in_a_row, r.name as room, e.call_count, e.called_at,
            e.last_called_at, e.started_at, e.park_reason
         from visit v join queue_entry e on e.visit_id = v.id join service_point p on p.id = e.point_id
         left join room r on r.id = e.room_id
         where v.patient_id = $1 and v.day = $2
         order by case when e.state = 'void' then 1 else 0 end, e.id desc limit 1")
    .bind(patient)
    .bind(day)
    .optional(store)
    .await
}

/// The latest twenty services at a point on a day: what the estimate is made from (Q9). At work is who has somebody with
/// them, and whoever ended one of these services since `since`.
pub async fn pace(
    store: impl Store,
    point: PointId,
    day: NaiveDate,
    since: DateTime<Utc>,
) -> Result<Pace, DbError> {
    sql("with latest as (select service_seconds, served_by, ended_at from queue_entry
            where day = $2 and point_id = $1 and state in ('done', 'transferred') and service_seconds is not null
            order by id desc limit 20)
         select count(*) as services, cast(coalesce(sum(service_seconds), 0) as bigint) as seconds,
            (select count(*) from (select served_by from latest where ended_at >= $3 and served_by is not null
                union select served_by from queue_entry where point_id = $1 and day = $2
                    and state in ('called', 'in_service') and served_by is not null) working) as people
         from latest")
    .bind(point)
    .bind(day)
    .bind(since)
    .one_kept(store)
    .await
}

/// The code on the poster of a day.
pub async fn door_code(store: impl Store, day: NaiveDate) -> Result<Option<String>, DbError> {
    sql("select code from door_code where day = $1")
        .bind(day)
        .optional::<(String,)>(store)
        .await
        .map(|row| row.map(|row| row.0))
}

/// Keeps a code for a day, unless it has one.
pub async fn keep_door_code(
    store: impl Store,
    day: NaiveDate,
    code: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into door_code (day, code, created_at) values ($1, $2, $3) on conflict (day) do nothing")
        .bind(day)
        .bind(code)
        .bind(at)
        .run(store)
        .await?;
    Ok(())
}

/// What a slip says.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Slip {
    pub token: String,
    pub slip_code: String,
    pub opened_at: DateTime<Utc>,
    pub family_name: String,
    pub given_names: String,
    pub point: String,
    pub booked_at: Option<DateTime<Utc>>,
}

/// The slip of a visit.
pub async fn slip(store: impl Store, visit: VisitId) -> Result<Option<Slip>, DbError> {
    sql("select v.token, v.slip_code, v.opened_at, pt.family_name, pt.given_names, p.public_name as point, e.booked_at
         from visit v join patient pt on pt.id = v.patient_id join queue_entry e on e.visit_id = v.id
         join service_point p on p.id = e.point_id where v.id = $1
         order by case when e.state = 'void' then 1 else 0 end, e.id desc limit 1")
    .bind(visit)
    .optional(store)
    .await
}
