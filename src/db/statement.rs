//! Statements: a fixed text, its values, and the ways to run it.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Executor, Postgres, Sqlite};

use super::request::count_query;
use super::rows::{Cells, fill};
use super::value::instant_text;
use super::{Change, Db, DbError, Tx, Value};

/// A type that `#[derive(serde::Deserialize)]` fills from a row of either database.
pub trait Row: DeserializeOwned + Send + Unpin {}
impl<T: DeserializeOwned + Send + Unpin> Row for T {}

/// A statement with its values. The text is `'static`: nothing a person typed can become SQL.
#[derive(Debug, Clone)]
#[must_use]
pub struct Sql {
    text: &'static str,
    values: Vec<Value>,
}

/// Starts a statement; placeholders are `$1`, `$2`, ….
pub fn sql(text: &'static str) -> Sql {
    Sql { text, values: Vec::new() }
}

impl Sql {
    /// Binds the next value. A NUL is left out of texts: PostgreSQL takes none, and nobody types one.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        let mut value = value.into();
        if let Value::Text(Some(text)) = &mut value {
            text.retain(|letter| letter != '\0');
        }
        self.values.push(value);
        self
    }

    /// Binds several, in their order.
    pub fn bind_each<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Self {
        values.into_iter().fold(self, Sql::bind)
    }

    /// Every row.
    pub async fn all<T: Row>(self, store: impl Store) -> Result<Vec<T>, DbError> {
        store.all(self).await
    }

    /// Every row of what many pages show alike: kept until something changes. Its values must not hold the present moment
    /// (see [`crate::clock::minute_of`]). Inside a transaction it is read as everything is.
    pub async fn all_kept<T: Row + Clone + Sync + 'static>(
        self,
        store: impl Store,
    ) -> Result<Vec<T>, DbError> {
        store.all_kept(self).await
    }

    /// What `make` makes of the rows of a statement as [`Sql::all_kept`], for everybody who asks alike: made once, shared.
    pub async fn made_kept<R: Row, T: Send + Sync + 'static>(
        self,
        db: &Db,
        make: fn(Vec<R>) -> T,
    ) -> Result<Arc<T>, DbError> {
        count_query();
        db.kept().or(self, async |sql| Ok(make(db.read(sql, usize::MAX).await?))).await
    }

    /// The one row of a statement as [`Sql::all_kept`]; `DbError::Missing` when there is none.
    pub async fn one_kept<T: Row + Clone + Sync + 'static>(self, store: impl Store) -> Result<T, DbError> {
        store.all_kept(self).await?.pop().ok_or(DbError::Missing)
    }

    /// The row, if there is one.
    pub async fn optional<T: Row>(self, store: impl Store) -> Result<Option<T>, DbError> {
        store.optional(self).await
    }

    /// The row; `DbError::Missing` when there is none.
    pub async fn one<T: Row>(self, store: impl Store) -> Result<T, DbError> {
        store.optional(self).await?.ok_or(DbError::Missing)
    }

    /// The first column of the one row.
    pub async fn scalar<T>(self, store: impl Store) -> Result<T, DbError>
    where
        (T,): Row,
    {
        Ok(self.one::<(T,)>(store).await?.0)
    }

    /// The first column of every row.
    pub async fn scalars<T>(self, store: impl Store) -> Result<Vec<T>, DbError>
    where
        (T,): Row,
    {
        Ok(self.all::<(T,)>(store).await?.into_iter().map(|row| row.0).collect())
    }

    /// Runs a change and says how many rows it touched.
    pub async fn run(self, store: impl Store) -> Result<u64, DbError> {
        store.run(self).await
    }

    /// The same for a change of a table that no kept statement reads (`BESIDE` in `kept.rs`).
    pub async fn run_beside(self, db: &Db) -> Result<u64, DbError> {
        db.change(self).await
    }

    pub(super) fn text(&self) -> &'static str {
        self.check();
        self.text
    }

    /// Which statement it is: its text is a constant of the program and told by where it lies.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.text.as_ptr().addr(), self.text.len())
    }

    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    /// SQLite would bind NULL for a forgotten value; here that is a bug that stops the test.
    fn check(&self) {
        if cfg!(debug_assertions) {
            let mut highest = 0;
            for part in self.text.split('$').skip(1) {
                let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
                highest = highest.max(digits.parse().unwrap_or(0));
            }
            assert_eq!(highest, self.values.len(), "placeholders and values differ in: {}", self.text);
        }
    }

    fn for_sqlite(self) -> Query<'static, Sqlite, SqliteArguments<'static>> {
        self.check();
        bound_for_sqlite(self.text, self.values)
    }

    fn for_postgres(self) -> Query<'static, Postgres, PgArguments> {
        self.check();
        bound_for_postgres(self.text, self.values)
    }
}

pub(super) fn bound_for_sqlite(
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Query<'_, Sqlite, SqliteArguments<'_>> {
    values.into_iter().fold(sqlx::query(text), |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v),
        Value::Word(v) => query.bind(v),
        Value::Bool(v) => query.bind(v),
        Value::Instant(v) => query.bind(v.map(instant_text)),
        Value::Day(v) => query.bind(v),
        Value::Time(v) => query.bind(v),
        Value::Bytes(v) => query.bind(v),
    })
}

pub(super) fn bound_for_postgres(
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Query<'_, Postgres, PgArguments> {
    values.into_iter().fold(sqlx::query(text), |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v),
        Value::Word(v) => query.bind(v),
        Value::Bool(v) => query.bind(v),
        Value::Instant(v) => query.bind(v),
        Value::Day(v) => query.bind(v),
        Value::Time(v) => query.bind(v),
        Value::Bytes(v) => query.bind(v),
    })
}

/// Where a statement runs: `&Db` (reads on a reader, changes on the writer) or `&mut Tx`.
pub trait Store: Send {
    /// See [`Sql::all`].
    fn all<T: Row>(self, sql: Sql) -> impl Future<Output = Result<Vec<T>, DbError>> + Send;
    /// See [`Sql::all_kept`].
    fn all_kept<T: Row + Clone + Sync + 'static>(
        self,
        sql: Sql,
    ) -> impl Future<Output = Result<Vec<T>, DbError>> + Send
    where
        Self: Sized,
    {
        self.all(sql)
    }
    /// See [`Sql::optional`].
    fn optional<T: Row>(self, sql: Sql) -> impl Future<Output = Result<Option<T>, DbError>> + Send;
    /// See [`Sql::run`].
    fn run(self, sql: Sql) -> impl Future<Output = Result<u64, DbError>> + Send;
}

fn read<T: DeserializeOwned>(row: impl Cells) -> Result<T, DbError> {
    fill(&row)
}

impl Store for &Db {
    async fn all_kept<T: Row + Clone + Sync + 'static>(self, sql: Sql) -> Result<Vec<T>, DbError> {
        // The bound on a page's statements holds for the page that finds nothing kept.
        count_query();
        let rows = self.kept().or(sql, |sql| self.read(sql, usize::MAX)).await?;
        Ok(Arc::unwrap_or_clone(rows))
    }

    async fn all<T: Row>(self, sql: Sql) -> Result<Vec<T>, DbError> {
        count_query();
        self.read(sql, usize::MAX).await
    }

    async fn optional<T: Row>(self, sql: Sql) -> Result<Option<T>, DbError> {
        count_query();
        Ok(self.read(sql, 1).await?.pop())
    }

    async fn run(self, sql: Sql) -> Result<u64, DbError> {
        let _change = Change::of(self.kept());
        self.change(sql).await
    }
}

impl Db {
    /// The first `limit` rows.
    async fn read<T: Row>(&self, sql: Sql, limit: usize) -> Result<Vec<T>, DbError> {
        match self {
            Db::Sqlite { read, .. } => read.rows(&sql, limit),
            Db::Postgres { read, .. } => read.rows(&sql, limit).await,
        }
    }

    async fn change(&self, sql: Sql) -> Result<u64, DbError> {
        count_query();
        Ok(match self {
            Db::Sqlite { write, .. } => write.execute(sql.for_sqlite()).await?.rows_affected(),
            Db::Postgres { pool, .. } => pool.execute(sql.for_postgres()).await?.rows_affected(),
        })
    }
}

impl Store for &mut Tx {
    async fn all<T: Row>(self, sql: Sql) -> Result<Vec<T>, DbError> {
        count_query();
        match self {
            Tx::Sqlite(tx, _) => tx.fetch_all(sql.for_sqlite()).await?.into_iter().map(read).collect(),
            Tx::Postgres(tx, _) => tx.fetch_all(sql.for_postgres()).await?.into_iter().map(read).collect(),
        }
    }

    async fn optional<T: Row>(self, sql: Sql) -> Result<Option<T>, DbError> {
        count_query();
        match self {
            Tx::Sqlite(tx, _) => tx.fetch_optional(sql.for_sqlite()).await?.map(read).transpose(),
            Tx::Postgres(tx, _) => tx.fetch_optional(sql.for_postgres()).await?.map(read).transpose(),
        }
    }

    async fn run(self, sql: Sql) -> Result<u64, DbError> {
        count_query();
        Ok(match self {
            Tx::Sqlite(tx, _) => tx.execute(sql.for_sqlite()).await?.rows_affected(),
            Tx::Postgres(tx, _) => tx.execute(sql.for_postgres()).await?.rows_affected(),
        })
    }
}
