//! The SQL behind "one submission, one effect".

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::db::{DbError, Store, Tx, sql};

/// What is known of an operation id.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Known {
    pub route: String,
    pub body: Vec<u8>,
    pub location: Option<String>,
}

impl Known {
    /// Where the first answer led, if this is the same submission.
    pub(super) fn repeats(self, claim: &Claim) -> Option<String> {
        let same = self.body == claim.body && self.route == claim.route;
        same.then(|| self.location.unwrap_or_else(|| "/".to_owned()))
    }
}

/// Who sent what where.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub actor: String,
    pub op: String,
    pub route: String,
    pub body: Vec<u8>,
}

/// Claims the operation inside the transaction of its effect; a twin waits here until the first one is through.
pub(super) async fn claim(tx: &mut Tx, claim: &Claim, at: DateTime<Utc>) -> Result<Option<Known>, DbError> {
    let claimed =
        sql("insert into operation (actor, op, route, body, created_at) values ($1, $2, $3, $4, $5)
         on conflict (actor, op) do nothing")
        .bind(&claim.actor)
        .bind(&claim.op)
        .bind(&claim.route)
        .bind(claim.body.clone())
        .bind(at)
        .run(&mut *tx)
        .await?;
    if claimed == 1 { Ok(None) } else { known(tx, claim).await }
}

/// What is known of an operation id, if it was used.
pub(super) async fn known(store: impl Store, claim: &Claim) -> Result<Option<Known>, DbError> {
    sql("select route, body, location from operation where actor = $1 and op = $2")
        .bind(&claim.actor)
        .bind(&claim.op)
        .optional(store)
        .await
}

/// Keeps where the first answer led.
pub(super) async fn answer(tx: &mut Tx, claim: &Claim, location: &str) -> Result<(), DbError> {
    sql("update operation set location = $3 where actor = $1 and op = $2")
        .bind(&claim.actor)
        .bind(&claim.op)
        .bind(location)
        .run(tx)
        .await?;
    Ok(())
}

/// Forgets operations after 48 hours (reliability 5.9).
pub async fn forget_operations(app: &App) -> Result<(), DbError> {
    sql("delete from operation where created_at < $1")
        .bind(app.clock.now() - TimeDelta::hours(48))
        .run(&app.db)
        .await?;
    Ok(())
}
