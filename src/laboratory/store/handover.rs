//! Orders that outlive their visit: to whom their results go (rule V2).

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Tx, sql};
use crate::laboratory::model::LineId;
use crate::queue::model::VisitId;

/// Hands every test of a visit that is not done over to a doctor. Returns how many.
pub async fn give(
    tx: &mut Tx,
    visit: VisitId,
    (to, by): (AccountId, AccountId),
    at: DateTime<Utc>,
) -> Result<u64, DbError> {
    sql("insert into order_handover (line_id, visit_id, account_id, given_by, given_at)
         select l.id, l.visit_id, $2, $3, $4 from lab_line l
         where l.visit_id = $1 and l.state in
            ('requested', 'collected', 'received', 'in_progress', 'entered', 'verified', 'rejected')
         on conflict (line_id) do update set account_id = excluded.account_id, given_by = excluded.given_by,
            given_at = excluded.given_at")
    .bind(visit)
    .bind(to)
    .bind(by)
    .bind(at)
    .run(tx)
    .await
}

/// Hands one test over to a doctor.
pub async fn give_one(
    tx: &mut Tx,
    line: LineId,
    (to, by): (AccountId, AccountId),
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    sql("insert into order_handover (line_id, visit_id, account_id, given_by, given_at)
         select l.id, l.visit_id, $2, $3, $4 from lab_line l where l.id = $1
         on conflict (line_id) do update set account_id = excluded.account_id, given_by = excluded.given_by,
            given_at = excluded.given_at")
    .bind(line)
    .bind(to)
    .bind(by)
    .bind(at)
    .run(tx)
    .await?;
    Ok(())
}
