//! Transactions: immediate on SQLite's one writer, plain on PostgreSQL.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Db, DbError};

/// An open transaction; dropping it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite's one writer.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a connection of PostgreSQL's pool.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Begins a transaction that may write. On SQLite it waits for the writer and takes the write lock at once.
    ///
    /// SQLite's beginning runs to its end even when nobody waits for it any more, as when a browser goes away: broken off
    /// in between, it would leave the only writer inside a transaction for ever. One that nobody takes is rolled back.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        match self {
            Db::Sqlite { write, .. } => {
                let write = write.clone();
                let begun = tokio::spawn(async move { write.begin_with("BEGIN IMMEDIATE").await });
                let tx = begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??;
                Ok(Tx::Sqlite(tx))
            }
            Db::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }
}

impl Tx {
    /// Makes everything in it durable.
    pub async fn commit(self) -> Result<(), DbError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
