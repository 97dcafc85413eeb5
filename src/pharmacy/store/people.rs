//! Who can see a controlled medicine leave, and where the patient goes next.

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};
use crate::queue::model::{EntryId, PointId, VisitId};

/// A colleague.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Colleague {
    pub id: AccountId,
    pub name: String,
}

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

/// Pharmacists, doctors and nurses at work, without who asks.
pub async fn colleagues(store: impl Store, me: AccountId) -> Result<Vec<Colleague>, DbError> {
    sql("select a.id, a.name from account a where a.kind = 'staff' and a.state = 'active' and a.password_hash is not null
            and a.id <> $1 and exists (select 1 from account_role r where r.account_id = a.id
                and r.role in ('pharmacist', 'doctor', 'nurse'))
         order by a.name, a.id limit 200")
    .bind(me)
    .all(store)
    .await
}
