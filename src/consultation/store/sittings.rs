//! What the consultation page needs to know of a visit besides its notes, and the record in short beside it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::consultation::model::{NoteId, Outcome};
use crate::db::{DbError, Store, sql};
use crate::patients::model::{PatientId, SealedVisits};
use crate::queue::model::{EntryId, EntryState, Missing, PointId, PointKind, VisitId};
use crate::queue::{Standing, Visit};

/// A visit with where its token stands and what was said before.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Sitting {
    /// The visit.
    pub visit: Visit,
    /// The clinic's day.
    pub day: NaiveDate,
    /// Why it was closed; none while it goes on.
    pub close_reason: Option<String>,
    /// Where the token stands now.
    pub entry_id: Option<EntryId>,
    /// Its version.
    pub entry_version: Option<i64>,
    /// How it stands there.
    pub entry_state: Option<EntryState>,
    /// The point.
    pub point_id: Option<PointId>,
    /// Its name.
    pub point: Option<String>,
    /// What it does.
    pub point_kind: Option<PointKind>,
    /// Who serves the patient, or called.
    pub served_by: Option<AccountId>,
    /// Their name.
    pub server: Option<String>,
    /// The doctor for whom the token waits there.
    pub entry_doctor: Option<AccountId>,
    /// Whether the patient came with an appointment.
    pub is_booked: bool,
    /// The doctor who sent the token on and to whom it can be sent back.
    pub back_to: Option<String>,
    /// Since when the patient is served.
    pub started_at: Option<DateTime<Utc>>,
    /// Whether only those who treat in it read it.
    pub is_sealed: bool,
    /// The booking's reason, from the clinic's list.
    pub booked_for: Option<String>,
    /// What the student wrote when booking.
    pub booked_words: Option<String>,
    /// When that was.
    pub booked_at: Option<DateTime<Utc>>,
    /// Whether something is prescribed that the pharmacy has to give.
    pub has_prescription: bool,
    /// The version of what becomes of the visit, where somebody has said so.
    pub decision: Option<i64>,
    /// What that is.
    pub outcome: Option<Outcome>,
    /// More of it.
    pub outcome_note: Option<String>,
    /// The day of coming back.
    pub back_on: Option<NaiveDate>,
    /// Who said so.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}

impl Sitting {
    /// Where the token stands now.
    pub fn standing(&self) -> Option<Standing<'_>> {
        Some(Standing {
            point: self.entry_id.and(self.point_id)?,
            booked: self.is_booked,
            doctor: self.entry_doctor,
            server: self.served_by,
            back_to: self.back_to.as_deref(),
        })
    }

    /// The same without anything of the patient's health: for somebody whose time with the record is over.
    pub fn bare(self) -> Self {
        Sitting {
            booked_for: None,
            booked_words: None,
            booked_at: None,
            has_prescription: false,
            outcome: None,
            outcome_note: None,
            back_on: None,
            decided_name: None,
            decided_at: None,
            ..self
        }
    }
}

/// The visit as the page needs it.
pub async fn of_visit(store: impl Store, id: VisitId) -> Result<Option<Sitting>, DbError> {
    sql("select v.id, v.patient_id, v.token, v.slip_code, v.appointment_id, v.opened_at, v.closed_at, v.day, v.close_reason,
            e.id as entry_id, e.version as entry_version, e.state as entry_state, e.point_id, p.name as point,
            p.kind as point_kind, e.served_by, trim(s.title || ' ' || s.name) as server, e.started_at,
            e.doctor_id as entry_doctor, (v.appointment_id is not null) as is_booked,
            (select trim(o.title || ' ' || o.name) from queue_entry c join service_point cp on cp.id = c.point_id
                join account o on o.id = c.served_by
             where c.visit_id = v.id and c.id < e.id and cp.kind = 'consulting' and c.state = 'transferred'
                and c.started_at is not null
                and exists (select 1 from account_role g where g.account_id = c.served_by and g.role in ('doctor', 'nurse'))
             order by c.id desc limit 1) as back_to,
            exists (select 1 from visit_seal z where z.visit_id = v.id) as is_sealed,
            r.name as booked_for, a.complaint as booked_words, a.booked_at,
            exists (select 1 from prescription_line l where l.visit_id = v.id and l.state in ('open', 'partly')) as has_prescription,
            d.version as decision, d.kind as outcome,
            d.note as outcome_note, d.back_on, d.decided_name, d.decided_at
         from visit v
         left join queue_entry e on e.visit_id = v.id
            and e.state in ('waiting', 'called', 'in_service', 'parked', 'missed')
         left join service_point p on p.id = e.point_id left join account s on s.id = e.served_by
         left join appointment a on a.id = v.appointment_id left join visit_reason r on r.id = a.reason_id
         left join disposition d on d.visit_id = v.id
         where v.id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// What keeps a visit from being finished, as the trigger of the table looks at it.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Open {
    /// Unsigned notes that nobody set aside.
    pub notes: i64,
    /// What somebody said of the visit.
    pub dispositions: i64,
    /// Tests that are not done and not handed over.
    pub orders: i64,
    /// Procedures that are planned and neither done nor cancelled.
    pub procedures: i64,
    /// What who asks has begun in a section of the page and not signed.
    pub unsigned: i64,
    /// The tests whose sample is still to be taken, by their names; empty for none. It keeps nothing: it is asked once.
    pub no_sample: String,
}

impl Open {
    /// The same as a list; nothing misses when it is empty.
    pub fn list(&self) -> Vec<Missing> {
        let facts = [
            (self.notes > 0, Missing::Signature),
            (self.dispositions == 0, Missing::Disposition),
            (self.orders > 0, Missing::Orders),
            (self.procedures > 0, Missing::Procedures),
        ];
        facts.into_iter().filter(|(misses, _)| *misses).map(|(_, what)| what).collect()
    }
}

/// What keeps a visit from being finished.
pub async fn missing(store: impl Store, visit: VisitId, me: AccountId) -> Result<Open, DbError> {
    sql("select (select count(*) from note n where n.visit_id = $1 and n.state = 'draft' and n.set_aside_at is null) as notes,
            (select count(*) from disposition d where d.visit_id = $1 and d.kind <> 'not_consulted') as dispositions,
            (select count(*) from lab_line l where l.visit_id = $1
                and l.state in ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
                and not exists (select 1 from order_handover h where h.line_id = l.id)) as orders,
            (select count(*) from visit_procedure p where p.visit_id = $1 and p.state = 'planned') as procedures,
            (select count(*) from diagnosis g where g.visit_id = $1 and g.state = 'draft' and g.recorded_by = $2)
                + (select count(*) from prescription_line r where r.visit_id = $1 and r.state = 'draft' and r.prescriber_id = $2)
                + (select count(*) from visit_procedure q where q.visit_id = $1 and q.state = 'draft' and q.planned_by = $2)
                as unsigned,
            coalesce((select string_agg(t.name, ', ' order by s.id) from lab_line s join lab_test t on t.id = s.test_id
                where s.visit_id = $1 and s.state in ('requested', 'rejected')), '') as no_sample")
    .bind(visit)
    .bind(me)
    .one(store)
    .await
}

/// Something of earlier visits, in a line.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Earlier {
    /// When it was.
    pub opened_at: DateTime<Utc>,
    /// The last signed note of it.
    pub note_id: Option<NoteId>,
    /// Who wrote that.
    pub author_name: Option<String>,
    /// What it came to, or what brought the patient.
    pub words: Option<String>,
    /// Whether it is sealed against who reads.
    pub is_sealed: bool,
}

/// The visits of a patient before a day, newest first, each with its last signed note.
pub async fn earlier(
    store: impl Store,
    (patient, sealed): (PatientId, &SealedVisits),
    before: NaiveDate,
    limit: i64,
) -> Result<Vec<Earlier>, DbError> {
    sql("select v.opened_at, n.id as note_id, n.author_name, ($4 like '%,' || v.id || ',%') as is_sealed,
            case when n.assessment <> '' then n.assessment when n.complaint <> '' then n.complaint else n.plan end as words
         from visit v left join note n on n.id = (select max(last.id) from note last
            where last.visit_id = v.id and last.state = 'signed' and last.kind <> 'addendum'
                and $4 not like '%,' || v.id || ',%')
         where v.patient_id = $1 and v.day < $2 order by v.day desc limit $3")
    .bind(patient)
    .bind(before)
    .bind(limit)
    .bind(sealed.visits())
    .all(store)
    .await
}
