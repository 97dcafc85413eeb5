//! Reading SQLite on the spot: a handful of microseconds a statement, where the way through a driver's thread takes
//! ten times as long (docs/decisions/009). Writing goes through the one writer of `sqlx`, as before.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Statement, ToSql};
use serde::de::Error as _;
use serde::de::value::Error;

use super::rows::{Cell, Cells, Each};
use super::{DbError, Sql, Value, snapshot};
use crate::clock::{day_text, instant_text};

/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;

/// Connections that only read. Each is used by one thread at a time and never across an await, so that there are never
/// more of them than threads.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    flags: OpenFlags,
    idle: Mutex<Vec<Reader>>,
    closed: AtomicBool,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Reader {
    connection: Connection,
    /// How much had been written when its snapshot was taken; none while it has none.
    snapshot: Option<u64>,
    /// By where a statement's text lies.
    known: HashMap<(usize, usize), Known>,
}

/// What SQLite tells of a statement, asked once.
#[derive(Debug)]
struct Known {
    columns: Box<[Box<str>]>,
    /// The number that each of its parameters has in the text: SQLite counts `$2` by where it first stands.
    parameters: Box<[usize]>,
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

    fn connect(&self) -> rusqlite::Result<Reader> {
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
        Ok(Reader { connection, snapshot: None, known: HashMap::new() })
    }

    /// Takes a reader back; its snapshot ends.
    pub(super) fn give_back(&self, mut reader: Reader) {
        if reader.let_go().is_ok() && !self.closed.load(Ordering::Acquire) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
    }

    /// Closes the connections; later statements are refused.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Hands out the first `limit` rows of a statement; `written` counts what anybody can know to be written.
    pub(super) fn rows(
        self: &Arc<Self>,
        sql: &Sql,
        limit: usize,
        each: Each<'_>,
        written: u64,
    ) -> Result<(), DbError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(DbError::Unavailable(sqlx::Error::PoolClosed));
        }
        let (in_request, own) = snapshot::take(self);
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match own.or_else(idle) {
            Some(reader) => reader,
            None => self.connect().map_err(fault)?,
        };
        if in_request {
            reader.look(written).map_err(fault)?;
        }
        let read = reader.rows(sql, limit, each);
        snapshot::leave(self, reader);
        read
    }
}

impl Reader {
    /// Takes a snapshot, unless it has one that knows all that is written.
    fn look(&mut self, written: u64) -> rusqlite::Result<()> {
        if self.snapshot != Some(written) {
            self.let_go()?;
            self.connection.prepare_cached("begin")?.raw_execute()?;
            self.snapshot = Some(written);
        }
        Ok(())
    }

    fn let_go(&mut self) -> rusqlite::Result<()> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("commit")?.raw_execute()?;
        }
        Ok(())
    }

    fn rows(&mut self, sql: &Sql, limit: usize, each: Each<'_>) -> Result<(), DbError> {
        let mut statement = self.connection.prepare_cached(sql.text()).map_err(fault)?;
        let known = self.known.entry(sql.place()).or_insert_with(|| Known::of(&statement));
        for (at, number) in known.parameters.iter().enumerate() {
            if let Some(value) = sql.values().get(number.wrapping_sub(1)) {
                statement.raw_bind_parameter(at + 1, value).map_err(fault)?;
            }
        }
        let (mut rows, mut left) = (statement.raw_query(), limit);
        while left > 0
            && let Some(row) = rows.next().map_err(fault)?
        {
            each(&Found { row, columns: &known.columns })?;
            left -= 1;
        }
        Ok(())
    }
}

impl Known {
    fn of(statement: &Statement<'_>) -> Self {
        let number = |at| statement.parameter_name(at)?.strip_prefix('$')?.parse().ok();
        Self {
            columns: statement.column_names().into_iter().map(Into::into).collect(),
            parameters: (1..=statement.parameter_count()).map(|at| number(at).unwrap_or(0)).collect(),
        }
    }
}

/// A row, and the names of its columns, which are the same for all.
struct Found<'a> {
    row: &'a Row<'a>,
    columns: &'a [Box<str>],
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
