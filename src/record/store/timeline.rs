//! The line of time: one statement over every source, so that a page of it is one query however many sources there are.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::PatientId;
use crate::record::model::{Cursor, Happening, What};

/// What the line is narrowed to.
#[derive(Debug, Clone, Copy)]
pub struct Narrow {
    /// One kind only.
    pub what: Option<What>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// After this line: the next page.
    pub after: Option<Cursor>,
    /// Whether the health part belongs to it.
    pub clinical: bool,
    /// Whether the patient reads it: then it has the advice of the notes, and nothing else of them (U30).
    pub own: bool,
}

/// A page of the line, newest first. Visits and appointments carry no reasons and no notes: the desk reads them (rule A1).
pub async fn timeline(
    store: impl Store,
    patient: PatientId,
    narrow: &Narrow,
    limit: i64,
) -> Result<Vec<Happening>, DbError> {
    let far = DateTime::from_timestamp(32_503_680_000, 0).unwrap_or_default();
    let after = narrow.after;
    sql("select what, id, at, state, words, more from (
            select 'appointment' as what, a.id, a.starts_at as at, a.state, trim(d.title || ' ' || d.name) as words,
                '' as more
            from appointment a join account d on d.id = a.doctor_id where a.patient_id = $1 and a.state <> 'hold'
            union all
            select 'visit', v.id, v.opened_at, coalesce(v.close_reason, 'open'), '', v.token
            from visit v where v.patient_id = $1
            union all
            select 'allergy', y.id, y.recorded_at, y.state, y.substance, y.recorded_name
            from allergy y where y.patient_id = $1 and $2 and (y.replaces_id is null or y.state <> 'active')
            union all
            select 'health', e.id, e.recorded_at, e.kind || ' ' || e.state, e.words, e.recorded_name
            from health_entry e where e.patient_id = $1 and $2 and (e.replaces_id is null or e.state <> 'active')
            union all
            select 'vitals', t.id, t.taken_at, 'taken',
                coalesce('blood pressure ' || t.systolic || '/' || t.diastolic || ' mmHg ', '') || coalesce('pulse ' || t.pulse || ' ', '')
                    || coalesce('temperature ' || (t.temperature / 10) || '.' || (t.temperature % 10) || ' °C ', '')
                    || coalesce('NEWS2 ' || t.news2, ''), k.name
            from vitals t join account k on k.id = t.taken_by where t.patient_id = $1 and $2
                and not exists (select 1 from vitals later where later.replaces = t.id)
            union all
            select 'result', r.id, r.verified_at, l.state, c.name, ''
            from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
                join lab_test c on c.id = l.test_id
            where l.patient_id = $1 and $2 and l.state in ('verified', 'released')
            union all
            select 'diagnosis', d.id, d.signed_at, d.certainty || ' ' || d.state, d.term, d.recorded_name
            from diagnosis d where d.patient_id = $1 and $2 and d.state <> 'draft'
            union all
            select 'procedure', o.id, coalesce(o.done_at, o.planned_at), o.state, o.name,
                case when o.done_name <> '' then o.done_name else o.planned_name end
            from visit_procedure o where o.patient_id = $1 and $2 and o.state <> 'draft'
            union all
            select 'prescription', r.id, r.signed_at, r.state,
                coalesce((select string_agg(l.name || ' ' || l.strength, ', ') from prescription_line l
                    where l.prescription_id = r.id and l.state <> 'cancelled'), ''), r.prescriber_name
            from prescription r where r.patient_id = $1 and $2 and r.state = 'signed'
            union all
            select 'note', n.id, n.clinical_at, n.kind || ' ' || n.state,
                substr(case when n.assessment <> '' then n.assessment when n.complaint <> '' then n.complaint
                    when n.plan <> '' then n.plan else n.examination end, 1, 160), n.author_name
            from note n where n.patient_id = $1 and $2 and n.state in ('signed', 'entered_in_error')
            union all
            select 'advice', n.id, n.clinical_at, n.state,
                n.advice || case when n.advice <> '' and n.follow_up <> '' then ' ' else '' end || n.follow_up, n.author_name
            from note n where n.patient_id = $1 and $10 and n.state = 'signed' and (n.advice <> '' or n.follow_up <> '')
         ) happened
         where ($3 = '' or what = $3) and at >= $4 and at < $5
           and (at < $6 or (at = $6 and (what < $7 or (what = $7 and id < $8))))
         order by at desc, what desc, id desc limit $9")
    .bind(patient)
    .bind(narrow.clinical)
    .bind(narrow.what.map_or("", What::as_str))
    .bind(narrow.from.unwrap_or_default())
    .bind(narrow.until.unwrap_or(far))
    .bind(after.map_or(far, |cursor| cursor.at))
    .bind(after.map_or("", |cursor| cursor.what.as_str()))
    .bind(after.map_or(0, |cursor| cursor.id))
    .bind(limit)
    .bind(narrow.own)
    .all(store)
    .await
}
