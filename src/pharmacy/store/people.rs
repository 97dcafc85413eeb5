//! Who can see a controlled medicine leave.

use crate::access::model::AccountId;
use crate::db::{DbError, Store, sql};

/// A colleague.
#[derive(Debug, Clone, sqlx::FromRow, serde::Deserialize)]
pub struct Colleague {
    pub id: AccountId,
    pub name: String,
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
