//! The SQL that opens thousands of patients' accounts at once.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::access::model::{AccountId, AccountKind};
use crate::db::bulk::{self, Table};
use crate::db::{DbError, Tx, sql};
use crate::patients::model::PatientId;

/// Opens patients' accounts at once; gives the id of each with its patient.
pub async fn insert_all(
    tx: &mut Tx,
    patients: &[(PatientId, String, String)],
    at: DateTime<Utc>,
) -> Result<Vec<(AccountId, PatientId)>, DbError> {
    const ACCOUNTS: Table = Table {
        name: "account",
        columns: &["kind", "sign_in_name", "name", "patient_id", "created_at", "updated_at"],
    };
    let row = |(patient, sign_in_name, name): &(PatientId, String, String)| {
        let kind = AccountKind::Patient;
        let sign_in_name = sign_in_name.trim().to_lowercase();
        vec![kind.into(), sign_in_name.into(), name.clone().into(), (*patient).into(), at.into(), at.into()]
    };
    let before: i64 = sql("select coalesce(max(id), 0) from account").scalar(&mut *tx).await?;
    let mut rows = patients.iter().map(row).collect();
    bulk::insert(tx, ACCOUNTS, &mut rows).await?;
    // Nobody else's rows: what another transaction opens meanwhile is of other patients.
    let opened: Vec<(AccountId, PatientId)> =
        sql("select id, patient_id from account where id > $1 and patient_id is not null order by id")
            .bind(before)
            .all(tx)
            .await?;
    let mine: HashSet<PatientId> = patients.iter().map(|(patient, _, _)| *patient).collect();
    Ok(opened.into_iter().filter(|(_, patient)| mine.contains(patient)).collect())
}
