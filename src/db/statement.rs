//! Statements: a fixed text, its values, and the ways to run it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Executor, Postgres, Sqlite};

use super::kept::Written;
use super::request::count_query;
use super::rows::{Cells, Each, fill};
use super::{Change, Db, DbError, Tx, Value, fence};
use crate::clock::instant_text;

/// No page's statement takes so long; one that does is told.
const SLOW: Duration = Duration::from_secs(1);

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
        let mut found = Vec::new();
        store.rows(self, usize::MAX, &mut into(&mut found)).await?;
        Ok(found)
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
        db.kept().or(self, async |sql| Ok(make(db.read(sql).await?))).await
    }

    /// The one row of a statement as [`Sql::all_kept`]; `DbError::Missing` when there is none.
    pub async fn one_kept<T: Row + Clone + Sync + 'static>(self, store: impl Store) -> Result<T, DbError> {
        store.all_kept(self).await?.pop().ok_or(DbError::Missing)
    }

    /// The row, if there is one.
    pub async fn optional<T: Row>(self, store: impl Store) -> Result<Option<T>, DbError> {
        let mut found = Vec::new();
        store.rows(self, 1, &mut into(&mut found)).await?;
        Ok(found.pop())
    }

    /// The row; `DbError::Missing` when there is none.
    pub async fn one<T: Row>(self, store: impl Store) -> Result<T, DbError> {
        self.optional(store).await?.ok_or(DbError::Missing)
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

/// A statement while it runs; whoever runs the node is told of one that took long.
struct Watch(&'static str, Instant);

impl Watch {
    fn over(sql: &Sql) -> Self {
        Watch(sql.text, Instant::now())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let took = self.1.elapsed();
        if took >= SLOW {
            tracing::warn!(
                statement = beginning(self.0),
                milliseconds = took.as_millis(),
                "a slow statement"
            );
        }
    }
}

/// Enough of a statement to find it by. Its values are about people and stand in no log.
fn beginning(text: &str) -> String {
    text.split_whitespace().take(30).collect::<Vec<_>>().join(" ")
}

/// Puts what each row says into `found`.
fn into<T: Row>(found: &mut Vec<T>) -> impl FnMut(&dyn Cells) -> Result<(), DbError> + Send {
    |row| {
        found.push(fill(row)?);
        Ok(())
    }
}

/// Where a statement runs: `&Db` (reads on a reader, changes on the writer) or `&mut Tx`.
pub trait Store: Send {
    /// Hands out the rows, `limit` at most. It knows nothing of what is made of them, and so is compiled once.
    fn rows(self, sql: Sql, limit: usize, each: Each<'_>)
    -> impl Future<Output = Result<(), DbError>> + Send;
    /// See [`Sql::all_kept`].
    fn all_kept<T: Row + Clone + Sync + 'static>(
        self,
        sql: Sql,
    ) -> impl Future<Output = Result<Vec<T>, DbError>> + Send
    where
        Self: Sized,
    {
        sql.all(self)
    }
    /// See [`Sql::run`].
    fn run(self, sql: Sql) -> impl Future<Output = Result<u64, DbError>> + Send;
}

impl Store for &Db {
    async fn rows(self, sql: Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
        count_query();
        self.hand_out(sql, limit, each).await
    }

    async fn all_kept<T: Row + Clone + Sync + 'static>(self, sql: Sql) -> Result<Vec<T>, DbError> {
        // The bound on a page's statements holds for the page that finds nothing kept.
        count_query();
        let rows = self.kept().or(sql, |sql| self.read(sql)).await?;
        Ok(Arc::unwrap_or_clone(rows))
    }

    async fn run(self, sql: Sql) -> Result<u64, DbError> {
        let _change = Change::of(self.kept());
        self.change(sql).await
    }
}

impl Db {
    /// Every row, for what is kept: it was counted when it was asked for.
    async fn read<T: Row>(&self, sql: Sql) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.hand_out(sql, usize::MAX, &mut into(&mut found)).await?;
        Ok(found)
    }

    async fn hand_out(&self, sql: Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
        let _watch = Watch::over(&sql);
        match self {
            Db::Sqlite { read, kept, .. } => read.rows(&sql, limit, each, kept.written()),
            Db::Postgres { read, .. } => {
                read.rows(&sql).await?.iter().take(limit).try_for_each(|row| each(row))
            }
        }
    }

    async fn change(&self, sql: Sql) -> Result<u64, DbError> {
        // A job's statement is a transaction of its own, which holds the lease.
        if fence::is_leased() {
            let mut tx = self.begin().await?;
            let rows = sql.run(&mut tx).await?;
            tx.commit_beside().await?;
            return Ok(rows);
        }
        count_query();
        let _watch = Watch::over(&sql);
        let _written = Written(self.kept());
        Ok(match self {
            Db::Sqlite { write, .. } => write.execute(sql.for_sqlite()).await?.rows_affected(),
            Db::Postgres { pool, .. } => pool.execute(sql.for_postgres()).await?.rows_affected(),
        })
    }
}

impl Store for &mut Tx {
    async fn rows(self, sql: Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
        count_query();
        let _watch = Watch::over(&sql);
        match self {
            Tx::Sqlite(tx, _) if limit == 1 => {
                tx.fetch_optional(sql.for_sqlite()).await?.iter().try_for_each(|row| each(row))
            }
            Tx::Sqlite(tx, _) => {
                tx.fetch_all(sql.for_sqlite()).await?.iter().take(limit).try_for_each(|row| each(row))
            }
            Tx::Postgres(tx, _) if limit == 1 => {
                tx.fetch_optional(sql.for_postgres()).await?.iter().try_for_each(|row| each(row))
            }
            Tx::Postgres(tx, _) => {
                tx.fetch_all(sql.for_postgres()).await?.iter().take(limit).try_for_each(|row| each(row))
            }
        }
    }

    async fn run(self, sql: Sql) -> Result<u64, DbError> {
        count_query();
        let _watch = Watch::over(&sql);
        Ok(match self {
            Tx::Sqlite(tx, _) => tx.execute(sql.for_sqlite()).await?.rows_affected(),
            Tx::Postgres(tx, _) => tx.execute(sql.for_postgres()).await?.rows_affected(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is logged while `work` runs.
    fn logged(work: impl FnOnce()) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        let log = tracing_subscriber::fmt().with_writer(file.reopen().unwrap()).finish();
        tracing::subscriber::with_default(log, work);
        std::fs::read_to_string(file.path()).unwrap()
    }

    #[test]
    fn a_statement_that_takes_a_second_is_told_and_a_quicker_one_is_not() {
        let now = Instant::now();
        let told = logged(|| drop(Watch("select one", now.checked_sub(SLOW).unwrap())));
        assert!(told.contains("a slow statement") && told.contains("select one"), "{told}");
        assert_eq!(logged(|| drop(Watch("select one", Instant::now()))), "");
    }

    #[test]
    fn a_slow_statement_is_told_by_its_beginning() {
        assert_eq!(
            beginning("select name\n    from patient\n    where id = $1"),
            "select name from patient where id = $1"
        );
        let long = format!("insert into charge values ({})", "$1, ".repeat(6_000));
        assert_eq!(beginning(&long).len(), "insert into charge values ($1,".len() + 25 * " $1,".len());
    }
}
