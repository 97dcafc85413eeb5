//! Reading SQLite on the spot: a handful of microseconds a statement, where the way through a driver's thread takes
//! ten times as long (docs/decisions/009). Writing goes through the one writer of `sqlx`, as before.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Statement, ToSql};
use serde::de::Error as _;
use serde::de::value::Error;

use super::rows::{Cell, Cells, Each};
use super::value::{day_text, instant_text};
use super::{DbError, Sql, Value};

/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;

/// Connections that only read. Each is used by one thread at a time and never across an await, so that there are never
/// more of them than threads.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    flags: OpenFlags,
    idle: Mutex<Vec<Connection>>,
    closed: AtomicBool,
}

impl Readers {
    /// Readers of the database at `path`, which is there already. `beside`: another process has it open.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path, beside: bool) -> Result<Self, DbError> {
        // Readers keep the index of the write-ahead log, which is a change of its file; `query_only` guards the rest.
        let access =
            if beside { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        let readers = Readers {
            path: path.to_owned(),
            flags: access | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            idle: Mutex::default(),
            closed: AtomicBool::new(false),
        };
        let first = readers.connect().map_err(fault)?;
        readers.give_back(first);
        Ok(readers)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, self.flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        for (name, value) in [
            ("query_only", "ON"),
            ("trusted_schema", "OFF"),
            ("temp_store", "MEMORY"),
            ("cache_size", "-4000"),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        if !self.closed.load(Ordering::Acquire) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }

    /// Closes the connections; later statements are refused.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Hands out the first `limit` rows of a statement.
    pub(super) fn rows(&self, sql: &Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(DbError::Unavailable(sqlx::Error::PoolClosed));
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().map_err(fault)?,
        };
        let read = read(&connection, sql, limit, each);
        self.give_back(connection);
        read
    }
}

fn read(connection: &Connection, sql: &Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
    let mut statement = connection.prepare_cached(sql.text()).map_err(fault)?;
    bind(&mut statement, sql.values()).map_err(fault)?;
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let (mut rows, mut left) = (statement.raw_query(), limit);
    while left > 0
        && let Some(row) = rows.next().map_err(fault)?
    {
        each(&Found { row, columns: &columns })?;
        left -= 1;
    }
    Ok(())
}

/// A row, and the names of its columns, which are the same for all.
struct Found<'a> {
    row: &'a Row<'a>,
    columns: &'a [String],
}

impl Cells for Found<'_> {
    fn width(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, at: usize) -> &str {
        &self.columns[at]
    }

    fn cell(&self, at: usize) -> Result<Cell<'_>, Error> {
        Ok(match self.row.get_ref(at).map_err(Error::custom)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Number(number),
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).map_err(Error::custom)?),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        })
    }
}

/// SQLite numbers `$2` by where it first stands in the text, not by its digits.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).and_then(|name| name.strip_prefix('$'));
        let number: Option<usize> = name.and_then(|digits| digits.parse().ok());
        if let Some(value) = number.and_then(|number| values.get(number.wrapping_sub(1))) {
            statement.raw_bind_parameter(at, value)?;
        }
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = |text: String| ToSqlOutput::Owned(Stored::Text(text));
        Ok(match self {
            Value::Int(Some(v)) => ToSqlOutput::Owned(Stored::Integer(*v)),
            Value::Text(Some(v)) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Value::Word(Some(v)) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Value::Bool(Some(v)) => ToSqlOutput::Owned(Stored::Integer(i64::from(*v))),
            Value::Instant(Some(v)) => text(instant_text(*v)),
            Value::Day(Some(v)) => text(day_text(*v)),
            Value::Time(Some(v)) => text(v.format("%T%.f").to_string()),
            Value::Bytes(Some(v)) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Value::Int(None)
            | Value::Text(None)
            | Value::Word(None)
            | Value::Bool(None)
            | Value::Instant(None)
            | Value::Day(None)
            | Value::Time(None)
            | Value::Bytes(None) => ToSqlOutput::Owned(Stored::Null),
        })
    }
}

/// The fault in the words of the seam.
fn fault(error: rusqlite::Error) -> DbError {
    let code = error.sqlite_error_code();
    let error = sqlx::Error::Io(std::io::Error::other(error));
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DbError::Busy(error),
        Some(ErrorCode::DiskFull) => DbError::Full(error),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => DbError::Unavailable(error),
        _ => DbError::Other(error),
    }
}
