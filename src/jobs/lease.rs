//! The rows that say who runs which job.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db::{DbError, sql};

/// Whether it is due and nobody else holds it. A node runs one job after the other: what it still holds itself could not be
/// given back, for instance because the database was away.
pub(super) async fn is_due(app: &App, name: &str, holder: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let free: Option<(bool,)> =
        sql("select due_at <= $2 and (leased_until is null or leased_until < $2 or holder = $3) as free
         from job where name = $1")
        .bind(name)
        .bind(now)
        .bind(holder)
        .optional(&app.db)
        .await?;
    Ok(free.is_none_or(|(free,)| free))
}

pub(super) async fn take(
    app: &App,
    name: &str,
    holder: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<i64>, DbError> {
    let mut tx = app.db.begin().await?;
    sql("insert into job (name, due_at) values ($1, $2) on conflict (name) do nothing")
        .bind(name)
        .bind(now)
        .run(&mut tx)
        .await?;
    let fence: Option<(i64,)> = sql("update job set holder = $2, leased_until = $4, fence = fence + 1
         where name = $1 and due_at <= $3 and (leased_until is null or leased_until < $3 or holder = $2)
         returning fence")
    .bind(name)
    .bind(holder)
    .bind(now)
    .bind(until)
    .optional(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(fence.map(|(fence,)| fence))
}

pub(super) async fn give_back(
    app: &App,
    name: &str,
    fence: i64,
    due: DateTime<Utc>,
    error: Option<String>,
) -> Result<(), DbError> {
    sql("update job set leased_until = null, due_at = $3, finished_at = $4, error = $5
         where name = $1 and fence = $2")
    .bind(name)
    .bind(fence)
    .bind(due)
    .bind(app.clock.now())
    .bind(error)
    .run(&app.db)
    .await?;
    Ok(())
}
