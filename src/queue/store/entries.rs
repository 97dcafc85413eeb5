//! Queue entries: one stay of a visit at one point.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryId, EntryState, PointId, Priority, Returned, RoomId, VisitId, Waiting};
use crate::scheduling::model::AppointmentId;

/// An entry with what its visit adds.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Entry {
    pub id: EntryId,
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub point_id: PointId,
    pub day: NaiveDate,
    pub state: EntryState,
    pub priority: Priority,
    pub priority_reason: String,
    pub booked_at: Option<DateTime<Utc>>,
    pub arrived_at: DateTime<Utc>,
    pub entered_at: DateTime<Utc>,
    pub doctor_id: Option<AccountId>,
    pub room_id: Option<RoomId>,
    pub served_by: Option<AccountId>,
    pub called_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub call_count: i64,
    pub last_called_at: Option<DateTime<Utc>>,
    pub returned_at: Option<DateTime<Utc>>,
    pub behind_first: Option<EntryId>,
    pub behind_second: Option<EntryId>,
    pub park_reason: String,
    pub coming_from: Option<EntryId>,
    pub parked_seconds: i64,
    pub parked_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub token: String,
    pub checked_in_at: DateTime<Utc>,
    pub appointment_id: Option<AppointmentId>,
}

impl Entry {
    /// What the order of the line needs of it.
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

/// An entry that is about to be opened.
#[derive(Debug)]
pub struct NewEntry {
    pub visit: VisitId,
    pub patient: PatientId,
    pub point: PointId,
    pub day: NaiveDate,
    pub priority: Priority,
    pub priority_reason: String,
    pub booked_at: Option<DateTime<Utc>>,
    pub arrived_at: DateTime<Utc>,
    pub entered_at: DateTime<Utc>,
    pub doctor: Option<AccountId>,
    pub coming_from: Option<EntryId>,
}

/// Opens an entry: it waits, for its doctor unless that doctor has left, is none any more, or is away now and not back for
/// the booked time; whoever saw the patient in this visit may see them again.
pub async fn insert(tx: &mut Tx, new: &NewEntry) -> Result<EntryId, DbError> {
    sql("insert into queue_entry (visit_id, patient_id, point_id, day, state, priority, priority_reason, booked_at,
            arrived_at, entered_at, doctor_id, coming_from)
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9,
            (select a.id from account a where a.id = $10 and a.state = 'active'
                and (exists (select 1 from account_role o where o.account_id = a.id and o.role = 'doctor')
                    or exists (select 1 from queue_entry q where q.visit_id = $1 and q.served_by = a.id))
                and not exists (select 1 from blocked_time b where b.doctor_id = a.id and b.lifted_at is null
                    and b.starts_at <= $9 and b.ends_at > $12)), $11)
         returning id")
    .bind(new.visit)
    .bind(new.patient)
    .bind(new.point)
    .bind(new.day)
    .bind(new.priority)
    .bind(&new.priority_reason)
    .bind(new.booked_at)
    .bind(new.arrived_at)
    .bind(new.entered_at)
    .bind(new.doctor)
    .bind(new.coming_from)
    .bind(new.booked_at.map_or(new.entered_at, |booked| booked.max(new.entered_at)))
    .scalar(tx)
    .await
}

/// One entry.
pub async fn by_id(store: impl Store, id: EntryId) -> Result<Option<Entry>, DbError> {
    sql("select e.id, e.visit_id, e.patient_id, e.point_id, e.day, e.state, e.priority, e.priority_reason,
            e.booked_at, e.arrived_at, e.entered_at, e.doctor_id, e.room_id, e.served_by, e.called_at, e.started_at,
            e.ended_at, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second,
            e.park_reason, e.coming_from, e.parked_seconds, e.parked_at, e.version, v.token,
            coalesce(v.came_again_at, v.opened_at) as checked_in_at, v.appointment_id
         from queue_entry e join visit v on v.id = e.visit_id where e.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Who served a visit's last consultation.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Consulted {
    /// Where.
    pub point_id: PointId,
    /// By whom.
    pub served_by: AccountId,
    /// The arrival that ranked there.
    pub arrived_at: DateTime<Utc>,
    /// The booked time.
    pub booked_at: Option<DateTime<Utc>>,
}

/// The last consultation of a visit before `entry`.
pub async fn last_consultation(
    store: impl Store,
    visit: VisitId,
    entry: EntryId,
) -> Result<Option<Consulted>, DbError> {
    sql("select e.point_id, e.served_by, e.arrived_at, e.booked_at
         from queue_entry e join service_point p on p.id = e.point_id
         where e.visit_id = $1 and e.id < $2 and p.kind = 'consulting' and e.started_at is not null
            and e.state = 'transferred'
            and exists (select 1 from account_role r where r.account_id = e.served_by and r.role in ('doctor', 'nurse'))
         order by e.id desc limit 1")
    .bind(visit)
    .bind(entry)
    .optional(store)
    .await
}

/// The entry that a transfer opened.
pub async fn onward_of(store: impl Store, entry: EntryId) -> Result<Option<Entry>, DbError> {
    sql("select e.id, e.visit_id, e.patient_id, e.point_id, e.day, e.state, e.priority, e.priority_reason,
            e.booked_at, e.arrived_at, e.entered_at, e.doctor_id, e.room_id, e.served_by, e.called_at, e.started_at,
            e.ended_at, e.call_count, e.last_called_at, e.returned_at, e.behind_first, e.behind_second,
            e.park_reason, e.coming_from, e.parked_seconds, e.parked_at, e.version, v.token,
            coalesce(v.came_again_at, v.opened_at) as checked_in_at, v.appointment_id
         from queue_entry e join visit v on v.id = e.visit_id
         where e.coming_from = $1 and e.state <> 'void' order by e.id desc limit 1")
    .bind(entry)
    .optional(store)
    .await
}

/// Whether the visit stood in a line again after this entry, and that was not taken back.
pub async fn has_later(store: impl Store, entry: &Entry) -> Result<bool, DbError> {
    let found: Option<(EntryId,)> =
        sql("select id from queue_entry where visit_id = $1 and id > $2 and state <> 'void' limit 1")
            .bind(entry.visit_id)
            .bind(entry.id)
            .optional(store)
            .await?;
    Ok(found.is_some())
}

/// The point where a visit is now.
pub async fn point_of(store: impl Store, visit: VisitId) -> Result<Option<PointId>, DbError> {
    let found: Option<(PointId,)> = sql("select point_id from queue_entry
         where visit_id = $1 and state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .bind(visit)
    .optional(store)
    .await?;
    Ok(found.map(|row| row.0))
}

/// The entry where a visit stands now.
pub async fn open_of(store: impl Store, visit: VisitId) -> Result<Option<EntryId>, DbError> {
    let found: Option<(EntryId,)> = sql("select id from queue_entry
         where visit_id = $1 and state in ('waiting', 'called', 'in_service', 'parked', 'missed')")
    .bind(visit)
    .optional(store)
    .await?;
    Ok(found.map(|row| row.0))
}

/// Who has not been seen yet and waits for one doctor.
pub async fn waiting_for(store: impl Store, doctor: AccountId) -> Result<Vec<EntryId>, DbError> {
    // SQLite takes the index of open entries only where its condition stands word for word.
    sql("select id from queue_entry where state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and state in ('waiting', 'parked', 'missed') and doctor_id = $1 order by id")
    .bind(doctor)
    .scalars(store)
    .await
}

/// Who has not been seen yet and waits for a doctor who is away now and not back for the booked time.
pub async fn waiting_for_absent(
    store: impl Store,
    now: DateTime<Utc>,
) -> Result<Vec<(EntryId, AccountId)>, DbError> {
    sql("select e.id, e.doctor_id from queue_entry e
         where e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and e.state in ('waiting', 'parked', 'missed') and exists (select 1 from blocked_time b
                where b.doctor_id = e.doctor_id and b.lifted_at is null and b.starts_at <= $1 and b.ends_at > $1
                    and (e.booked_at is null or b.ends_at > e.booked_at))
         order by e.id")
    .bind(now)
    .all(store)
    .await
}

/// Whom somebody has called and not begun to serve.
pub async fn called_by(store: impl Store, who: AccountId) -> Result<Vec<EntryId>, DbError> {
    sql("select id from queue_entry where state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and state = 'called' and served_by = $1 order by id")
    .bind(who)
    .scalars(store)
    .await
}

/// The tokens of those whom somebody serves now.
pub async fn served_by(store: impl Store, who: AccountId) -> Result<Vec<String>, DbError> {
    sql("select v.token from queue_entry e join visit v on v.id = e.visit_id
         where e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
            and e.state = 'in_service' and e.served_by = $1 order by e.id")
    .bind(who)
    .scalars(store)
    .await
}

/// Lets an entry wait for any doctor of its point, if nobody else has changed it since it was read.
pub async fn for_anyone(tx: &mut Tx, entry: &Entry) -> Result<bool, DbError> {
    let changed =
        sql("update queue_entry set doctor_id = null, version = version + 1 where id = $1 and version = $2")
            .bind(entry.id)
            .bind(entry.version)
            .run(tx)
            .await?;
    Ok(changed == 1)
}

/// Writes what changed, if nobody else has changed the entry since it was read (Q4). The version goes up by one.
pub async fn save(tx: &mut Tx, entry: &Entry) -> Result<bool, DbError> {
    let changed = sql(
        "update queue_entry set state = $3, priority = $4, priority_reason = $5, room_id = $6, served_by = $7,
            called_at = $8, started_at = $9, ended_at = $10, call_count = $11, last_called_at = $12,
            returned_at = $13, behind_first = $14, behind_second = $15, park_reason = $16, parked_seconds = $17,
            parked_at = $18, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(entry.id)
    .bind(entry.version)
    .bind(entry.state)
    .bind(entry.priority)
    .bind(&entry.priority_reason)
    .bind(entry.room_id)
    .bind(entry.served_by)
    .bind(entry.called_at)
    .bind(entry.started_at)
    .bind(entry.ended_at)
    .bind(entry.call_count)
    .bind(entry.last_called_at)
    .bind(entry.returned_at)
    .bind(entry.behind_first)
    .bind(entry.behind_second)
    .bind(&entry.park_reason)
    .bind(entry.parked_seconds)
    .bind(entry.parked_at)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
