//! How often a warning that stops signing was overridden, and how often it was heeded.

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::prescribing::model::WarningKind;

/// Medicines of one answer: as many as a catalogue has, times what can be said of each.
const MOST: i64 = 2_000;

/// What became of the warnings of one kind at one medicine.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Stops {
    /// What they were about.
    pub kind: WarningKind,
    /// The medicine.
    pub name: String,
    /// Signed with a reason all the same.
    pub overridden: i64,
    /// Taken out of the draft again while the warning stopped it.
    pub heeded: i64,
    /// Shown at a signed line without stopping it.
    pub told: i64,
}

/// Writes down that a line was taken out while a warning of this kind stopped it.
pub async fn heeded(
    tx: &mut Tx,
    (kind, name): (WarningKind, &str),
    (who, at): (AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    sql("insert into prescription_heeded (kind, name, account_id, at) values ($1, $2, $3, $4)")
        .bind(kind)
        .bind(name)
        .bind(who)
        .bind(at)
        .run(tx)
        .await?;
    Ok(())
}

/// Counts them since a moment, the most overridden first.
pub async fn since(store: impl Store, from: DateTime<Utc>) -> Result<Vec<Stops>, DbError> {
    sql("select kind, name, cast(sum(overridden) as bigint) as overridden, cast(sum(heeded) as bigint) as heeded,
            cast(sum(told) as bigint) as told
         from (select w.kind, l.name, case when w.tier = 'stop' then 1 else 0 end as overridden, 0 as heeded,
                    case when w.tier = 'stop' then 0 else 1 end as told
                from prescription_warning w join prescription_line l on l.id = w.line_id where w.at >= $1
             union all select h.kind, h.name, 0, 1, 0 from prescription_heeded h where h.at >= $1) as one
         group by kind, name order by 3 desc, 4 desc, kind, name limit $2")
    .bind(from)
    .bind(MOST)
    .all(store)
    .await
}
