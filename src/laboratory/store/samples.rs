//! Samples and their codes.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::laboratory::model::{RejectReason, SampleId, sample_code};
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;

/// A sample.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Sample {
    pub id: SampleId,
    pub code: String,
    pub patient_id: PatientId,
    pub visit_id: VisitId,
    pub specimen: String,
    pub collected_at: DateTime<Utc>,
    pub collector: String,
    pub place: String,
    pub replaces_id: Option<SampleId>,
    pub replaces_code: Option<String>,
    pub next_id: Option<SampleId>,
    pub next_code: Option<String>,
    pub rejected_at: Option<DateTime<Utc>>,
    pub reject_reason: Option<RejectReason>,
    pub reject_note: String,
    /// Whether one person alone may enter and verify here.
    pub self_verify: bool,
}

macro_rules! samples {
    ($tail:literal) => {
        concat!(
            "select s.id, s.code, s.patient_id, s.visit_id, s.specimen, s.collected_at, a.name as collector, s.place,
                s.replaces_id, o.code as replaces_code, n.id as next_id, n.code as next_code, s.rejected_at,
                s.reject_reason, s.reject_note, (select g.self_verify from lab_setting g where g.id = 1) as self_verify
             from lab_sample s join account a on a.id = s.collected_by
             left join lab_sample o on o.id = s.replaces_id
             left join lab_sample n on n.id = (select max(x.id) from lab_sample x where x.replaces_id = s.id) where ",
            $tail
        )
    };
}

/// One sample.
pub async fn by_id(store: impl Store, id: SampleId) -> Result<Option<Sample>, DbError> {
    sql(samples!("s.id = $1")).bind(id).optional(store).await
}

/// The samples of a visit, the newest first.
pub async fn of_visit(store: impl Store, visit: VisitId) -> Result<Vec<Sample>, DbError> {
    sql(samples!("s.visit_id = $1 order by s.id desc limit 60")).bind(visit).all(store).await
}

/// The sample that carries a code.
pub async fn by_code(store: impl Store, code: &str) -> Result<Option<SampleId>, DbError> {
    let found: Option<(SampleId,)> =
        sql("select id from lab_sample where code = $1").bind(code).optional(store).await?;
    Ok(found.map(|(id,)| id))
}

/// A sample that is being taken.
#[derive(Debug)]
pub struct NewSample<'a> {
    pub patient: PatientId,
    pub visit: VisitId,
    pub specimen: &'a str,
    pub by: AccountId,
    pub replaces: Option<SampleId>,
}

/// Writes a sample with the next code of the day.
pub async fn insert(
    tx: &mut Tx,
    new: &NewSample<'_>,
    day: NaiveDate,
    at: DateTime<Utc>,
) -> Result<(SampleId, String), DbError> {
    let number: i64 = sql("insert into counter (scope, day, last) values ('sample', $1, 1)
         on conflict (scope, day) do update set last = counter.last + 1 returning last")
    .bind(day)
    .scalar(&mut *tx)
    .await?;
    let code = sample_code(day, number);
    let id = sql("insert into lab_sample (code, patient_id, visit_id, specimen, collected_by, collected_at, replaces_id, place)
         values ($1, $2, $3, $4, $5, $6, $7, coalesce((select coalesce(r.name, sp.name) from station st
            join service_point sp on sp.id = st.point_id left join room r on r.id = st.room_id
            where st.account_id = $5), '')) returning id")
    .bind(&code)
    .bind(new.patient)
    .bind(new.visit)
    .bind(new.specimen)
    .bind(new.by)
    .bind(at)
    .bind(new.replaces)
    .scalar(tx)
    .await?;
    Ok((id, code))
}

/// Says why a sample cannot be used. False when somebody said so before.
pub async fn reject(
    tx: &mut Tx,
    id: SampleId,
    (reason, note): (RejectReason, &str),
    by: AccountId,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let changed =
        sql("update lab_sample set rejected_at = $2, rejected_by = $3, reject_reason = $4, reject_note = $5
         where id = $1 and rejected_at is null")
        .bind(id)
        .bind(at)
        .bind(by)
        .bind(reason)
        .bind(note)
        .run(tx)
        .await?;
    Ok(changed == 1)
}
