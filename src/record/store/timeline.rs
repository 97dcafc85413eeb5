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

/// The newest lines of one source before the moment of a cursor: no source gives more rows than the page shows.
macro_rules! newest {
    ($what:literal, $at:literal, $id:literal) => {
        concat!(
            " and ($3 = '' or $3 = '",
            $what,
            "') and ",
            $at,
            " >= $4 and ",
            $at,
            " <= $5
                and (",
            $at,
            " < $5 or '",
            $what,
            "' < $6 or ('",
            $what,
            "' = $6 and ",
            $id,
            " < $7))
             order by ",
            $at,
            " desc, ",
            $id,
            " desc limit $8"
        )
    };
}

/// A page of the line, newest first. Visits and appointments carry no reasons and no notes: the desk reads them (rule A1).
pub async fn timeline(
    store: impl Store,
    patient: PatientId,
    narrow: &Narrow,
    limit: i64,
) -> Result<Vec<Happening>, DbError> {
    let far = DateTime::from_timestamp(32_503_680_000, 0).unwrap_or_default();
    let until = narrow.until.unwrap_or(far);
    // The end of the days that are asked for is the cursor of a page before which nothing of them stands.
    let (at, what, id) = match narrow.after.filter(|cursor| cursor.at < until) {
        Some(cursor) => (cursor.at, cursor.what.as_str(), cursor.id),
        None => (until, "", 0),
    };
    sql(concat!(
        "select what, id, at, state, words, more from (
            select * from (select 'appointment' as what, a.id, a.starts_at as at, a.state,
                trim(d.title || ' ' || d.name) as words, '' as more
            from appointment a join account d on d.id = a.doctor_id where a.patient_id = $1 and a.state <> 'hold'",
        newest!("appointment", "a.starts_at", "a.id"), ") a
            union all
            select * from (select 'visit', v.id, v.opened_at, coalesce(v.close_reason, 'open'), '', v.token
            from visit v where v.patient_id = $1",
        newest!("visit", "v.opened_at", "v.id"), ") v
            union all
            select * from (select 'allergy', y.id, y.recorded_at, y.state, y.substance, y.recorded_name
            from allergy y where y.patient_id = $1 and $2 and (y.replaces_id is null or y.state <> 'active')",
        newest!("allergy", "y.recorded_at", "y.id"), ") y
            union all
            select * from (select 'health', e.id, e.recorded_at, e.kind || ' ' || e.state, e.words, e.recorded_name
            from health_entry e where e.patient_id = $1 and $2 and (e.replaces_id is null or e.state <> 'active')",
        newest!("health", "e.recorded_at", "e.id"), ") e
            union all
            select * from (select 'vitals', t.id, t.taken_at, 'taken',
                coalesce('blood pressure ' || t.systolic || '/' || t.diastolic || ' mmHg ', '') || coalesce('pulse ' || t.pulse || ' ', '')
                    || coalesce('temperature ' || (t.temperature / 10) || '.' || (t.temperature % 10) || ' °C ', '')
                    || coalesce('NEWS2 ' || t.news2, ''), k.name
            from vitals t join account k on k.id = t.taken_by where t.patient_id = $1 and $2
                and not exists (select 1 from vitals later where later.replaces = t.id)",
        newest!("vitals", "t.taken_at", "t.id"), ") t
            union all
            select * from (select 'result', r.id, r.verified_at, l.state, c.name, ''
            from lab_line l join lab_result r on r.line_id = l.id and r.state = 'current'
                join lab_test c on c.id = l.test_id
            where l.patient_id = $1 and $2 and l.state in ('verified', 'released')",
        newest!("result", "r.verified_at", "r.id"), ") r
            union all
            select * from (select 'diagnosis', d.id, d.signed_at, d.certainty || ' ' || d.state, d.term, d.recorded_name
            from diagnosis d where d.patient_id = $1 and $2 and d.state <> 'draft'",
        newest!("diagnosis", "d.signed_at", "d.id"), ") d
            union all
            select * from (select 'procedure', o.id, coalesce(o.done_at, o.planned_at), o.state, o.name,
                case when o.done_name <> '' then o.done_name else o.planned_name end
            from visit_procedure o where o.patient_id = $1 and $2 and o.state <> 'draft'",
        newest!("procedure", "coalesce(o.done_at, o.planned_at)", "o.id"), ") o
            union all
            select * from (select 'prescription', r.id, r.signed_at, r.state,
                coalesce((select string_agg(l.name || ' ' || l.strength, ', ') from prescription_line l
                    where l.prescription_id = r.id and l.state <> 'cancelled'), ''), r.prescriber_name
            from prescription r where r.patient_id = $1 and $2 and r.state = 'signed'",
        newest!("prescription", "r.signed_at", "r.id"), ") p
            union all
            select * from (select 'note', n.id, n.clinical_at, n.kind || ' ' || n.state,
                substr(case when n.assessment <> '' then n.assessment when n.complaint <> '' then n.complaint
                    when n.plan <> '' then n.plan else n.examination end, 1, 160), n.author_name
            from note n where n.patient_id = $1 and $2 and n.state in ('signed', 'entered_in_error')",
        newest!("note", "n.clinical_at", "n.id"), ") n
            union all
            select * from (select 'advice', n.id, n.clinical_at, n.state,
                n.advice || case when n.advice <> '' and n.follow_up <> '' then ' ' else '' end || n.follow_up, n.author_name
            from note n where n.patient_id = $1 and $9 and n.state = 'signed' and (n.advice <> '' or n.follow_up <> '')",
        newest!("advice", "n.clinical_at", "n.id"), ") s
         ) happened
         order by at desc, what desc, id desc limit $8"
    ))
    .bind(patient)
    .bind(narrow.clinical)
    .bind(narrow.what.map_or("", What::as_str))
    .bind(narrow.from.unwrap_or_default())
    .bind(at)
    .bind(what)
    .bind(id)
    .bind(limit)
    .bind(narrow.own)
    .all(store)
    .await
}
