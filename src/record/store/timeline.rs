//! The line of time: one index, whatever tables it tells of.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Store, sql};
use crate::patients::model::{PatientId, SealedVisits};
use crate::record::model::{Cursor, Happening, What};

/// What the line is narrowed to.
#[derive(Debug, Clone, Default)]
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
    /// The visits of which nothing but the day is shown.
    pub sealed: SealedVisits,
}

/// A page of the line, newest first. The tables' triggers keep `happening`; the view `happened` says what it holds.
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
    sql("select what, ref_id as id, at,
            case what when 'result' then coalesce((select case when r.void then '' when r.critical then 'critical '
                    when exists (select 1 from lab_value v where v.result_id = r.id and v.flag not in ('none', 'normal'))
                    then 'outside ' else '' end from lab_result r where r.id = ref_id), '') || state
                else state end as state,
            coalesce(case what when 'appointment' then (select trim(k.title || ' ' || k.name) from account k where k.id = account_id)
                when 'visit' then (select trim(d.kind || ' ' || d.note) from disposition d
                    where d.visit_id = ref_id and ($2 or $3) and $10 not like '%,' || ref_id || ',%')
                else words end, '') as words,
            case what when 'vitals' then (select k.name from account k where k.id = account_id) else more end as more,
            (what = 'visit' and $10 like '%,' || ref_id || ',%') as is_sealed
         from happening where patient_id = $1
            and (($2 and what <> 'advice') or what in ('appointment', 'visit') or ($3 and what = 'advice'))
            and ($10 = '' or what = 'visit' or $10 not like '%,' || coalesce(case what when 'appointment'
                    then (select v.id from visit v where v.appointment_id = ref_id) else visit_id end, 0) || ',%')
            and ($4 = '' or what = $4) and at >= $5 and (at, what, ref_id) < ($6, $7, $8)
         order by at desc, what desc, ref_id desc limit $9")
    .bind(patient)
    .bind(narrow.clinical)
    .bind(narrow.own)
    .bind(narrow.what.map_or("", What::as_str))
    .bind(narrow.from.unwrap_or_default())
    .bind(at)
    .bind(what)
    .bind(id)
    .bind(limit)
    .bind(narrow.sealed.visits())
    .all(store)
    .await
}
