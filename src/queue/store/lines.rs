//! The lines as boards and overviews show them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::queue::model::{EntryId, EntryState, PointId, PointKind, Priority, Returned, VisitId, Waiting};

use super::entries::Entry;

/// An open entry with the words that a board shows.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Row {
    pub entry: Entry,
    pub family_name: String,
    pub given_names: String,
    pub sex: String,
    pub born_on: Option<NaiveDate>,
    pub number: String,
    pub matric_number: Option<String>,
    pub phone: String,
    pub doctor: Option<String>,
    pub server: Option<String>,
    pub room: Option<String>,
    /// The kind of the point it came from.
    pub from_kind: Option<PointKind>,
    /// The doctor to whom it can be sent back.
    pub back_to: Option<String>,
    /// The tests of the visit whose sample is still to be taken, by their names; empty for none.
    pub no_sample: String,
    /// Whether a procedure of the visit is planned and not done.
    pub is_planned: bool,
}

/// Everybody who is at a point now.
pub async fn at_point(store: impl Store, point: PointId) -> Result<Vec<Row>, DbError> {
    sql("select e.id, e.visit_id, e.patient_id, e.point_id, e.day, e.state, e.priority, e.priority_reason,
            e.booked_at, e.arrived_at, e.entered_at, e.doctor_id, e.room_id, e.served_by, e.called_at, e.started_at,
            e.ended_at, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second,
            e.park_reason, e.coming_from, e.parked_seconds, e.parked_at, e.version, v.token,
            coalesce(v.came_again_at, v.opened_at) as checked_in_at, v.appointment_id,
            p.family_name, p.given_names, p.sex, p.born_on, p.number, p.matric_number, p.phone,
            trim(d.title || ' ' || d.name) as doctor, trim(s.title || ' ' || s.name) as server, r.name as room, fp.kind as from_kind,
            (select trim(a.title || ' ' || a.name) from queue_entry c join service_point cp on cp.id = c.point_id
                join account a on a.id = c.served_by
             where c.visit_id = e.visit_id and c.id < e.id and cp.kind = 'consulting' and c.state = 'transferred'
                and c.started_at is not null
                and exists (select 1 from account_role r where r.account_id = c.served_by and r.role in ('doctor', 'nurse'))
             order by c.id desc limit 1) as back_to,
            coalesce((select string_agg(t.name, ', ' order by l.id) from lab_line l join lab_test t on t.id = l.test_id
                where l.visit_id = e.visit_id and l.state in ('requested', 'rejected')), '') as no_sample,
            exists (select 1 from visit_procedure o where o.visit_id = e.visit_id and o.state = 'planned') as is_planned
         from queue_entry e join visit v on v.id = e.visit_id join patient p on p.id = e.patient_id
         left join account d on d.id = e.doctor_id left join account s on s.id = e.served_by
         left join room r on r.id = e.room_id
         left join queue_entry f on f.id = e.coming_from left join service_point fp on fp.id = f.point_id
         where e.point_id = $1 and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
         order by e.id limit 500")
    .bind(point)
    .all_kept(store)
    .await
}

/// One entry in any state, with the words that its page shows.
pub async fn one(store: impl Store, id: EntryId) -> Result<Option<Row>, DbError> {
    sql("select e.id, e.visit_id, e.patient_id, e.point_id, e.day, e.state, e.priority, e.priority_reason,
            e.booked_at, e.arrived_at, e.entered_at, e.doctor_id, e.room_id, e.served_by, e.called_at, e.started_at,
            e.ended_at, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second,
            e.park_reason, e.coming_from, e.parked_seconds, e.parked_at, e.version, v.token,
            coalesce(v.came_again_at, v.opened_at) as checked_in_at, v.appointment_id,
            p.family_name, p.given_names, p.sex, p.born_on, p.number, p.matric_number, p.phone,
            trim(d.title || ' ' || d.name) as doctor, trim(s.title || ' ' || s.name) as server, r.name as room, fp.kind as from_kind,
            (select trim(a.title || ' ' || a.name) from queue_entry c join service_point cp on cp.id = c.point_id
                join account a on a.id = c.served_by
             where c.visit_id = e.visit_id and c.id < e.id and cp.kind = 'consulting' and c.state = 'transferred'
                and c.started_at is not null
                and exists (select 1 from account_role r where r.account_id = c.served_by and r.role in ('doctor', 'nurse'))
             order by c.id desc limit 1) as back_to,
            coalesce((select string_agg(t.name, ', ' order by l.id) from lab_line l join lab_test t on t.id = l.test_id
                where l.visit_id = e.visit_id and l.state in ('requested', 'rejected')), '') as no_sample,
            exists (select 1 from visit_procedure o where o.visit_id = e.visit_id and o.state = 'planned') as is_planned
         from queue_entry e join visit v on v.id = e.visit_id join patient p on p.id = e.patient_id
         left join account d on d.id = e.doctor_id left join account s on s.id = e.served_by
         left join room r on r.id = e.room_id
         left join queue_entry f on f.id = e.coming_from left join service_point fp on fp.id = f.point_id
         where e.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Whether a sample of a visit is still to be taken.
pub async fn lacks_sample(store: impl Store, visit: VisitId) -> Result<bool, DbError> {
    let found: Option<(i64,)> =
        sql("select id from lab_line where visit_id = $1 and state in ('requested', 'rejected') limit 1")
            .bind(visit)
            .optional(store)
            .await?;
    Ok(found.is_some())
}

/// An open entry in few columns, for overviews and displays.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Brief {
    pub point_id: PointId,
    pub state: EntryState,
    pub token: String,
    pub priority: Priority,
    pub booked_at: Option<DateTime<Utc>>,
    pub arrived_at: DateTime<Utc>,
    pub room: Option<String>,
}

/// Everybody who is anywhere now, without names.
pub async fn everywhere(store: impl Store) -> Result<Vec<Brief>, DbError> {
    sql("select e.point_id, e.state, v.token, e.priority, e.booked_at, e.arrived_at, r.name as room
         from queue_entry e join visit v on v.id = e.visit_id left join room r on r.id = e.room_id
         where e.state in ('waiting', 'called', 'in_service', 'parked', 'missed') order by e.id")
    .all_kept(store)
    .await
}

/// One who waits, with what the order needs and no name.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct InLine {
    pub id: EntryId,
    pub point_id: PointId,
    pub token: String,
    pub priority: Priority,
    pub booked_at: Option<DateTime<Utc>>,
    pub checked_in_at: DateTime<Utc>,
    pub arrived_at: DateTime<Utc>,
    pub doctor_id: Option<AccountId>,
    pub call_count: i64,
    pub last_called_at: Option<DateTime<Utc>>,
    pub returned_at: Option<DateTime<Utc>>,
    pub behind_first: Option<EntryId>,
    pub behind_second: Option<EntryId>,
}

impl InLine {
    /// As the model puts it in order.
    pub fn waiting(&self) -> Waiting {
        Waiting {
            id: self.id,
            priority: self.priority,
            booked_at: self.booked_at,
            checked_in_at: self.checked_in_at,
            arrived_at: self.arrived_at,
            assigned_to: self.doctor_id,
            call_count: u32::try_from(self.call_count).unwrap_or(0),
            last_called_at: self.last_called_at,
            returned: self
                .returned_at
                .map(|at| Returned { at, behind: [self.behind_first, self.behind_second] }),
        }
    }
}

/// Who waits at a point.
pub async fn waiting_at(store: impl Store, point: PointId) -> Result<Vec<InLine>, DbError> {
    sql("select e.id, e.point_id, v.token, e.priority, e.booked_at, coalesce(v.came_again_at, v.opened_at) as checked_in_at, e.arrived_at,
            e.doctor_id, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second
         from queue_entry e join visit v on v.id = e.visit_id where e.state = 'waiting' and e.point_id = $1")
    .bind(point)
    .all_kept(store)
    .await
}

/// Who waits where.
pub async fn waiting_everywhere(store: impl Store) -> Result<Vec<InLine>, DbError> {
    sql("select e.id, e.point_id, v.token, e.priority, e.booked_at, coalesce(v.came_again_at, v.opened_at) as checked_in_at, e.arrived_at,
            e.doctor_id, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second
         from queue_entry e join visit v on v.id = e.visit_id where e.state = 'waiting'")
    .all_kept(store)
    .await
}

/// How many wait at each point, for home pages.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Count {
    /// The point.
    pub point_id: PointId,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: PointKind,
    /// How many wait.
    pub waiting: i64,
    /// Since when the first of them waits.
    pub since: Option<DateTime<Utc>>,
    /// Whether calling is paused.
    pub paused: bool,
}

/// How many wait at each point that works.
pub async fn counts(store: impl Store) -> Result<Vec<Count>, DbError> {
    sql("select p.id as point_id, p.name, p.kind, count(e.id) as waiting,
            min(case when e.booked_at > e.arrived_at and e.priority <> 'emergency' then e.booked_at
                else e.arrived_at end) as since,
            (p.paused_at is not null) as paused
         from service_point p left join queue_entry e on e.point_id = p.id and e.state = 'waiting'
         where p.active = $1 group by p.id, p.name, p.kind, p.paused_at, p.position order by p.position, p.id")
    .bind(true)
    .all_kept(store)
    .await
}
