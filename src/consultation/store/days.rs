//! What is unfinished of one member of staff, and who is booked with them today (CO10): one statement for the front page.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::{DayItem, NoteId};
use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::{EntryState, PointKind, VisitId};
use crate::scheduling::model::AppointmentId;

/// One line.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Item {
    /// What it is.
    pub what: DayItem,
    /// When it was touched last, or is booked for.
    pub at: DateTime<Utc>,
    /// The draft.
    pub note_id: Option<NoteId>,
    /// The visit.
    pub visit_id: Option<VisitId>,
    /// The booking.
    pub appointment_id: Option<AppointmentId>,
    /// Who it is about.
    pub patient_id: PatientId,
    /// Their name.
    pub name: String,
    /// The token, the token with the procedure, or the state of the booking.
    pub mark: String,
    /// How the token of a booking stands now.
    pub entry_state: Option<EntryState>,
    /// What the point does where it stands.
    pub point_kind: Option<PointKind>,
    /// That point's name.
    pub point: Option<String>,
}

/// Drafts of any day; visits of today that this person began and nobody ended, without those that the patient left, and those
/// that somebody decided on and that went on to another point with nothing of this person left open; bookings of today.
/// `booked` leaves the last two out for those who see no patients by themselves; `nursing` adds the procedures that are
/// planned for whoever is here.
pub async fn of_account(
    store: impl Store,
    who: AccountId,
    (today, from, until): (NaiveDate, DateTime<Utc>, DateTime<Utc>),
    (booked, nursing): (bool, bool),
) -> Result<Vec<Item>, DbError> {
    sql("select i.what, i.at, i.note_id, i.visit_id, i.appointment_id, i.patient_id,
            trim(p.given_names || ' ' || p.family_name) as name, i.mark, i.entry_state, i.point_kind, i.point
         from (
            select case when n.set_aside_at is null then 'draft' else 'set_aside' end as what, n.saved_at as at,
                n.id as note_id, n.visit_id, cast(null as bigint) as appointment_id, n.patient_id, v.token as mark, 1 as rank,
                cast(null as text) as entry_state, cast(null as text) as point_kind, cast(null as text) as point
            from note n join visit v on v.id = n.visit_id where n.author_id = $1 and n.state = 'draft'
            union all
            select 'visit', max(e.started_at), cast(null as bigint), e.visit_id, cast(null as bigint), v.patient_id, v.token, 2,
                cast(null as text), cast(null as text), cast(null as text)
            from queue_entry e join service_point q on q.id = e.point_id and q.kind = 'consulting'
                join visit v on v.id = e.visit_id left join disposition d on d.visit_id = v.id
            where e.day = $2 and e.served_by = $1 and e.started_at is not null and $5 = 1
                and ((d.visit_id is null and (v.closed_at is null or v.close_reason <> 'left')) or (v.closed_at is null and (d.kind = 'not_consulted'
                    or e.state in ('called', 'in_service') or exists (select 1 from lab_line l
                        where l.visit_id = v.id and l.ordered_by = $1 and l.state in
                            ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
                        and not exists (select 1 from order_handover h where h.line_id = l.id)))))
                and not exists (select 1 from note n where n.visit_id = v.id and n.author_id = $1 and n.state = 'draft')
            group by e.visit_id, v.patient_id, v.token
            union all
            select 'procedure', o.planned_at, cast(null as bigint), o.visit_id, cast(null as bigint), o.patient_id,
                v.token || ', ' || case when exists (select 1 from visit_seal z where z.visit_id = v.id)
                    then 'procedure' else o.name end, 3, cast(null as text), cast(null as text), cast(null as text)
            from queue_entry e join visit_procedure o on o.visit_id = e.visit_id and o.state = 'planned'
                join visit v on v.id = e.visit_id
            where e.state in ('waiting', 'called', 'in_service', 'parked', 'missed') and $6 = 1
            union all
            select 'booking', a.starts_at, cast(null as bigint), cast(null as bigint), a.id, a.patient_id, a.state, 4,
                e.state, q.kind, q.name
            from appointment a left join visit v on v.patient_id = a.patient_id and v.day = $2
                and (v.appointment_id = a.id or a.state <> 'booked')
                left join queue_entry e on e.visit_id = v.id
                    and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
                left join service_point q on q.id = e.point_id
            where a.doctor_id = $1 and a.starts_at >= $3 and a.starts_at < $4 and $5 = 1
                and a.state in ('booked', 'arrived', 'in_service')
         ) i join patient p on p.id = i.patient_id order by i.rank, i.at limit 60")
    .bind(who)
    .bind(today)
    .bind(from)
    .bind(until)
    .bind(i64::from(booked))
    .bind(i64::from(nursing))
    .all(store)
    .await
}
