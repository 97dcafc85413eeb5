//! The SQL of relatives of staff: patients whose records stay closed to a member of staff at work (rule A7).

use chrono::{DateTime, Utc};

use crate::access::model::AccountId;
use crate::db::{DbError, Store, Tx, sql};
use crate::patients::model::PatientId;

/// A patient whose record stays closed to the account.
#[derive(Debug, Clone, serde::Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the migration")]
pub struct Relative {
    pub patient_id: PatientId,
    pub number: String,
    pub name: String,
}

/// The relatives of an account, by name.
pub async fn of(store: impl Store, account: AccountId) -> Result<Vec<Relative>, DbError> {
    sql("select k.patient_id, p.number, trim(p.given_names || ' ' || p.family_name) as name
         from account_relative k join patient p on p.id = k.patient_id
         where k.account_id = $1 order by p.family_name, p.given_names, p.id")
    .bind(account)
    .all(store)
    .await
}

/// Notes a relative. Returns whether it was new.
pub async fn add(
    tx: &mut Tx,
    account: AccountId,
    patient: PatientId,
    by: AccountId,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let added = sql("insert into account_relative (account_id, patient_id, added_by, added_at)
         values ($1, $2, $3, $4) on conflict do nothing")
    .bind(account)
    .bind(patient)
    .bind(by)
    .bind(at)
    .run(tx)
    .await?;
    Ok(added == 1)
}

/// Takes a relative away. Returns whether there was one.
pub async fn remove(tx: &mut Tx, account: AccountId, patient: PatientId) -> Result<bool, DbError> {
    let gone = sql("delete from account_relative where account_id = $1 and patient_id = $2")
        .bind(account)
        .bind(patient)
        .run(tx)
        .await?;
    Ok(gone == 1)
}
