//! The few things the two databases do not share.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::mpsc;

use super::{Db, DbError, sql};

/// The channel on which PostgreSQL nodes tell each other what changed.
const CHANNEL: &str = "infirmary";

/// Tells the other nodes which topics changed. A hint: whoever listens re-reads. Nothing to do on SQLite, which has
/// one process.
pub async fn notify(db: &Db, topics: &str) -> Result<(), DbError> {
    if let Db::Postgres { pool, .. } = db {
        sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(topics).execute(pool).await?;
    }
    Ok(())
}

/// What time the database has; none on SQLite, which goes by the clock of its node.
pub async fn time_of(db: &Db) -> Result<Option<DateTime<Utc>>, DbError> {
    match db {
        Db::Sqlite { .. } => Ok(None),
        Db::Postgres { .. } => sql("select clock_timestamp() as at").scalar(db).await.map(Some),
    }
}

/// How soon a lost connection is asked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// Starts listening to the other nodes. An empty message means "re-read everything": it comes once when the connection is
/// lost and once when there is one again, since nobody knows what was told in between. It ends when the database is
/// closed: closing waits for the listener's connection like for any other.
pub async fn listen(db: &Db) -> Result<Option<mpsc::Receiver<String>>, DbError> {
    let Db::Postgres { pool, .. } = db else { return Ok(None) };
    let pool = pool.clone();
    let mut listener = listener(&pool).await?;
    let (send, receive) = mpsc::channel(256);
    tokio::spawn(async move {
        loop {
            match listener.try_recv().await {
                Ok(Some(message)) => {
                    if send.send(message.payload().to_owned()).await.is_err() {
                        return;
                    }
                    continue;
                }
                Ok(None) => {}
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => tracing::warn!(%error, "listening to the other nodes failed; trying again"),
            }
            if send.send(String::new()).await.is_err() {
                return;
            }
            listener = loop {
                match self::listener(&pool).await {
                    Ok(again) => break again,
                    Err(sqlx::Error::PoolClosed) => return,
                    Err(_) => tokio::time::sleep(AGAIN).await,
                }
            };
            if send.send(String::new()).await.is_err() {
                return;
            }
        }
    });
    Ok(Some(receive))
}

/// It says at once that its connection was lost, and does not wait for another one first.
async fn listener(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Writes a consistent copy of a live SQLite database to `path`, which must not exist.
pub async fn copy_to(db: &Db, path: &std::path::Path) -> Result<bool, DbError> {
    let Db::Sqlite { write, .. } = db else { return Ok(false) };
    sqlx::query("vacuum into $1").bind(path.to_string_lossy().into_owned()).execute(write).await?;
    Ok(true)
}

/// SQLite's own integrity and foreign-key checks; every line is a fault. PostgreSQL checks as it goes.
pub async fn integrity(db: &Db) -> Result<Vec<String>, DbError> {
    let Db::Sqlite { sessions, .. } = db else { return Ok(Vec::new()) };
    let mut faults: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(sessions).await?;
    faults.retain(|line| line != "ok");
    let broken: Vec<String> = sqlx::query_scalar("select distinct \"table\" from pragma_foreign_key_check")
        .fetch_all(sessions)
        .await?;
    faults.extend(broken.into_iter().map(|table| format!("{table} points to rows that are not there")));
    Ok(faults)
}
