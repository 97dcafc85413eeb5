//! Versions that say that there is no result that counts.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Tx, sql};
use crate::laboratory::model::{LineId, ResultId};

/// What stands in the place of each value.
const WORDS: &str = "No result that counts";

/// Writes a version that takes the place of one that holds at once, with who took that back and why. It is marked as
/// verified by the same person: nothing in it was measured.
pub async fn insert(
    tx: &mut Tx,
    old: ResultId,
    reason: &str,
    by: AccountId,
    at: DateTime<Utc>,
) -> Result<ResultId, DbError> {
    sql("insert into lab_result (line_id, sample_id, number, state, critical, void, corrects_id, reason, entered_by,
            entered_at, verified_by, verified_at, self_verified)
         select r.line_id, r.sample_id, (select max(x.number) + 1 from lab_result x where x.line_id = r.line_id),
            'current', $5, $6, r.id, $2, $3, $4, $3, $4, $6
         from lab_result r where r.id = $1 returning id")
    .bind(old)
    .bind(reason)
    .bind(by)
    .bind(at)
    .bind(false)
    .bind(true)
    .scalar(tx)
    .await
}

/// Says of each value of the old version that there is none.
pub async fn insert_values(tx: &mut Tx, new: ResultId, old: ResultId) -> Result<(), DbError> {
    sql("insert into lab_value (result_id, analyte_id, patient_id, position, name, plain_name, kind, unit, method,
            decimals, words, flag)
         select $1, analyte_id, patient_id, position, name, plain_name, 'text', '', method, 0, $3, 'none'
         from lab_value where result_id = $2")
    .bind(new)
    .bind(old)
    .bind(WORDS)
    .run(tx)
    .await?;
    Ok(())
}

/// The patient learns at once that a result is withdrawn, except of what is told in person; nobody is called about it.
pub async fn tell_patient(tx: &mut Tx, line: LineId, at: DateTime<Utc>) -> Result<(), DbError> {
    sql("update lab_line set critical = $3, called_back_at = null,
            patient_since = case when released_at is not null and patient_at <= $2
                then coalesce(patient_since, patient_at) else patient_since end,
            patient_at = case when in_person then null else $2 end
         where id = $1")
    .bind(line)
    .bind(at)
    .bind(false)
    .run(tx)
    .await?;
    Ok(())
}
