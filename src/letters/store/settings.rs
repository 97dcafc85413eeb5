//! What the clinic allows in verifications.

use crate::db::{DbError, Store, Tx, sql};

/// The settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Setting {
    /// Days of rest at most, counted from the visit; 0 allows none.
    pub rest_days: i64,
    pub version: i64,
}

/// A reason of a booking, and whether it is routine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Reason {
    pub id: i64,
    pub name: String,
    pub is_routine: bool,
}

/// The settings.
pub async fn setting(store: impl Store) -> Result<Setting, DbError> {
    sql("select rest_days, version from letter_setting where id = 1").one(store).await
}

/// Every reason that is in use.
pub async fn reasons(store: impl Store) -> Result<Vec<Reason>, DbError> {
    sql("select r.id, r.name, exists (select 1 from letter_routine l where l.reason_id = r.id) as is_routine
         from visit_reason r where r.active order by r.position, r.id limit 200")
    .all(store)
    .await
}

/// Changes the settings if they are still at this version.
pub async fn update(tx: &mut Tx, new: &Setting, routine: &[i64]) -> Result<bool, DbError> {
    let changed =
        sql("update letter_setting set rest_days = $1, version = version + 1 where id = 1 and version = $2")
            .bind(new.rest_days)
            .bind(new.version)
            .run(&mut *tx)
            .await?;
    if changed != 1 {
        return Ok(false);
    }
    sql("delete from letter_routine").run(&mut *tx).await?;
    for reason in routine {
        sql("insert into letter_routine (reason_id) select id from visit_reason where id = $1")
            .bind(*reason)
            .run(&mut *tx)
            .await?;
    }
    Ok(true)
}
