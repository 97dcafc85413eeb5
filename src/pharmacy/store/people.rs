//! Where the patient goes next.

use crate::db::{DbError, Store, sql};
use crate::queue::model::{EntryId, PointId, VisitId};

/// A token that is being served at the pharmacy, and where it goes next.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Here {
    pub entry_id: EntryId,
    pub version: i64,
    pub token: String,
    pub next_id: Option<PointId>,
    pub next: Option<String>,
}

/// The token of a visit, while it is served at the pharmacy.
pub async fn here(store: impl Store, visit: VisitId) -> Result<Option<Here>, DbError> {
    sql("select e.id as entry_id, e.version, v.token, n.id as next_id, n.name as next
         from queue_entry e join service_point p on p.id = e.point_id join visit v on v.id = e.visit_id
         left join service_point n on n.id = (select min(c.id) from service_point c where c.kind = 'cashier' and c.active)
         where e.visit_id = $1 and e.state = 'in_service' and p.kind = 'pharmacy'")
    .bind(visit)
    .optional(store)
    .await
}
