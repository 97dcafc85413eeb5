//! Transactions: immediate on SQLite's one writer, plain on PostgreSQL.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Change, Db, DbError};

/// An open transaction; dropping it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite's one writer.
    Sqlite(Transaction<'static, Sqlite>, Change),
    /// On a connection of PostgreSQL's pool.
    Postgres(Transaction<'static, Postgres>, Change),
}

impl Db {
    /// Begins a transaction that may write. On SQLite it waits for the writer and takes the write lock at once.
    ///
    /// It begins in a task of its own: the drivers leave a transaction open whose beginning was broken off (sqlx 0.8),
    /// and whoever got that connection next would work inside it.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        super::request::give_back_before_writing();
        let db = self.clone();
        let begun = tokio::spawn(async move {
            let change = Change::of(db.kept());
            Ok(match db {
                Db::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?, change),
                Db::Postgres { pool, .. } => Tx::Postgres(pool.begin().await?, change),
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
        // The change goes last: who reads after it reads what is committed.
        match self {
            Tx::Sqlite(tx, _change) => tx.commit().await?,
            Tx::Postgres(tx, _change) => tx.commit().await?,
        }
        Ok(())
    }
}
