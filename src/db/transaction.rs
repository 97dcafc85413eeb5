//! Transactions: immediate on SQLite's one writer, plain on PostgreSQL.

use std::sync::Arc;

use sqlx::{Postgres, Sqlite, Transaction};

use super::kept::Written;
use super::{Change, Db, DbError, Kept, fence};

/// An open transaction; dropping it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite's one writer.
    Sqlite(Transaction<'static, Sqlite>, Arc<Kept>),
    /// On a connection of PostgreSQL's pool.
    Postgres(Transaction<'static, Postgres>, Arc<Kept>),
}

impl Db {
    /// Begins a transaction that may write. On SQLite it waits for the writer and takes the write lock at once.
    ///
    /// It begins in a task of its own: the drivers leave a transaction open whose beginning was broken off (sqlx 0.8),
    /// and whoever got that connection next would work inside it.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let db = self.clone();
        let begun = tokio::spawn(async move {
            Ok(match db {
                Db::Sqlite { write, kept, .. } => {
                    Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?, kept)
                }
                Db::Postgres { pool, kept, .. } => Tx::Postgres(pool.begin().await?, kept),
            })
        });
        begun
            .await
            .unwrap_or_else(|ended| Err(DbError::Unavailable(sqlx::Error::Io(std::io::Error::other(ended)))))
    }
}

impl Tx {
    /// Makes everything in it durable.
    pub async fn commit(self) -> Result<(), DbError> {
        let (Tx::Sqlite(_, kept) | Tx::Postgres(_, kept)) = &self;
        let _change = Change::of(kept);
        self.commit_beside().await
    }

    /// The same where only tables were written that no kept statement reads (`BESIDE` in `kept.rs`).
    pub async fn commit_beside(mut self) -> Result<(), DbError> {
        fence::still_held(&mut self).await?;
        let (Tx::Sqlite(_, kept) | Tx::Postgres(_, kept)) = &self;
        let kept = Arc::clone(kept);
        let _written = Written(&kept);
        match self {
            Tx::Sqlite(tx, _) => tx.commit().await?,
            Tx::Postgres(tx, _) => tx.commit().await?,
        }
        Ok(())
    }
}
