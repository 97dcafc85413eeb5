//! The SQL of visit reasons.

use crate::db::{DbError, Store, Tx, sql};
use crate::scheduling::model::ReasonId;

/// Why somebody comes, and how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Reason {
    /// Its id.
    pub id: ReasonId,
    /// What patients choose.
    pub name: String,
    /// How long it takes.
    pub minutes: i64,
    /// What the booking form asks in addition, or empty.
    pub question: String,
    /// Whether patients can book it themselves.
    pub bookable_online: bool,
    /// Whether a visit for it is sealed from its first moment (rule A3).
    pub seals_visit: bool,
    /// Its place in lists.
    pub position: i64,
    /// Whether it is in use.
    pub active: bool,
    /// For R8.
    pub version: i64,
}

/// All reasons, in their order.
pub async fn all(store: impl Store) -> Result<Vec<Reason>, DbError> {
    sql("select id, name, minutes, question, bookable_online, seals_visit, position, active, version from visit_reason
         order by active desc, position, name")
    .all(store)
    .await
}

/// Reasons in use; for patients only those that can be booked online.
pub async fn in_use(store: impl Store, only_online: bool) -> Result<Vec<Reason>, DbError> {
    sql("select id, name, minutes, question, bookable_online, seals_visit, position, active, version from visit_reason
         where active and (bookable_online or $1 = false) order by position, name")
    .bind(only_online)
    .all(store)
    .await
}

/// One reason.
pub async fn by_id(store: impl Store, id: ReasonId) -> Result<Option<Reason>, DbError> {
    sql("select id, name, minutes, question, bookable_online, seals_visit, position, active, version from visit_reason
         where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// Adds a reason; its name is unique (`visit_reason_name_unique`).
pub async fn insert(tx: &mut Tx, reason: &Reason) -> Result<ReasonId, DbError> {
    sql("insert into visit_reason (name, minutes, question, bookable_online, position, active, seals_visit)
         values ($1, $2, $3, $4, $5, $6, $7) returning id")
    .bind(&reason.name)
    .bind(reason.minutes)
    .bind(&reason.question)
    .bind(reason.bookable_online)
    .bind(reason.position)
    .bind(reason.active)
    .bind(reason.seals_visit)
    .scalar(tx)
    .await
}

/// Changes a reason that is still at its version.
pub async fn update(tx: &mut Tx, reason: &Reason) -> Result<bool, DbError> {
    let changed = sql("update visit_reason set name = $3, minutes = $4, question = $5, bookable_online = $6,
            position = $7, active = $8, seals_visit = $9, version = version + 1
         where id = $1 and version = $2")
    .bind(reason.id)
    .bind(reason.version)
    .bind(&reason.name)
    .bind(reason.minutes)
    .bind(&reason.question)
    .bind(reason.bookable_online)
    .bind(reason.position)
    .bind(reason.active)
    .bind(reason.seals_visit)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
