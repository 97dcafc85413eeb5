//! What a letter must know of a visit.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A visit with whose it is and how it went.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Facts {
    pub id: VisitId,
    pub patient_id: PatientId,
    pub token: String,
    pub day: NaiveDate,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: String,
    /// When the last one who served the patient was done, or began where only the day ended it; without a place in a line,
    /// when the last note was signed.
    pub served_until: Option<DateTime<Utc>>,
    /// Whether anybody has served the patient: in a line, or by a consultation that was signed.
    pub was_served: bool,
    pub name: String,
    pub matric: String,
    /// What it was booked for, or empty.
    pub reason: String,
    /// Whether the clinic issues no verification for such a reason.
    pub is_routine: bool,
}

impl Facts {
    /// When the patient left: the end of the visit; where only the day ended it, when the last service ended; none while
    /// the visit goes on.
    pub fn left_at(&self) -> Option<DateTime<Utc>> {
        let by_day = self.close_reason == "day_close";
        let until = if by_day { self.served_until.or(self.closed_at) } else { self.closed_at };
        until.map(|until| until.max(self.opened_at))
    }
}

/// One visit.
pub async fn facts(store: impl Store, id: VisitId) -> Result<Option<Facts>, DbError> {
    sql("select v.id, v.patient_id, v.token, v.day, v.opened_at, v.closed_at, coalesce(v.close_reason, '') as close_reason,
            coalesce((select max(case when v.close_reason = 'day_close' and e.ended_at >= v.closed_at then e.started_at
                    else coalesce(e.ended_at, e.started_at) end) from queue_entry e where e.visit_id = v.id),
                (select max(n.signed_at) from note n where n.visit_id = v.id and n.state = 'signed'
                    and n.kind = 'consultation')) as served_until,
            (exists (select 1 from queue_entry e where e.visit_id = v.id and e.started_at is not null)
                or exists (select 1 from note n where n.visit_id = v.id and n.state = 'signed'
                    and n.kind = 'consultation')) as was_served,
            trim(p.given_names || ' ' || p.family_name) as name, coalesce(p.matric_number, '') as matric,
            coalesce(r.name, '') as reason,
            exists (select 1 from letter_routine l where l.reason_id = a.reason_id) as is_routine
         from visit v join patient p on p.id = v.patient_id
         left join appointment a on a.id = v.appointment_id
         left join visit_reason r on r.id = a.reason_id
         where v.id = $1")
    .bind(id)
    .optional(store)
    .await
}
