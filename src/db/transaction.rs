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
    pub async fn begin(&self) -> Result<Tx, DbError> {
        super::request::give_back_before_writing();
        Ok(match self {
            Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
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
