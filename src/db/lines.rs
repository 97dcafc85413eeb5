//! Reading PostgreSQL over a few connections that all requests share (docs/decisions/027). A statement is sent without
//! waiting for the answer to the one before it, so that neither side sleeps and wakes for each; `sqlx`, which gives a
//! connection to one caller at a time, takes twice the processor time for the same page. Changes and transactions go
//! through its pool as before.
//!
//! Whoever reads takes the whole answer: rows that nobody takes would hold up the answers behind them. A body that is
//! sent bit by bit must therefore not read between two bits.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use futures::TryStreamExt;
use serde::de::value::Error;
use sqlx::postgres::PgConnectOptions;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Row, Statement};

use super::cells::cell;
use super::connect::ConnectError;
use super::rows::{Cell, Cells};
use super::tls::{Tls, setting};
use super::{DbError, Sql, Value};

/// Whoever waits longer for a new connection is told that there is none.
const CONNECT: Duration = Duration::from_secs(8);
/// A server that is starting is asked again after this.
const AGAIN: Duration = Duration::from_millis(100);
/// A server that has not acknowledged anything for so long is gone, and its connections with it.
const SILENT: Duration = Duration::from_secs(10);
/// What `sqlx` says of every connection of its own: times and days mean the same on both.
const SESSION: &str = " -c TimeZone=UTC -c DateStyle=ISO,MDY";

/// The shared connections.
pub struct Lines {
    config: tokio_postgres::Config,
    tls: Tls,
    lines: Vec<Line>,
    closed: AtomicBool,
}

/// The place of one connection; it is made when it is first needed, and again when it is lost.
#[derive(Default)]
struct Line {
    open: Mutex<Option<Arc<Open>>>,
    /// Held by whoever connects.
    connecting: tokio::sync::Mutex<()>,
    /// Statements whose answer is awaited.
    waiting: AtomicUsize,
}

struct Open {
    client: Client,
    prepared: Mutex<HashMap<(usize, usize), Statement>>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Lines {
    /// So many lines to the database that `url` and `options`, made from it, name. The first is opened at once.
    pub(super) async fn open(
        url: &str,
        options: &PgConnectOptions,
        lines: usize,
    ) -> Result<Self, ConnectError> {
        let tls = Tls::of(url, options)?;
        let mut config = tokio_postgres::Config::new();
        match options.get_socket() {
            Some(folder) => config.host_path(folder),
            None => config.host(options.get_host()),
        };
        config
            .port(options.get_port())
            .user(options.get_username())
            .ssl_mode(tls.mode())
            .options(options.get_options().unwrap_or_default().to_owned() + SESSION)
            .connect_timeout(CONNECT)
            .tcp_user_timeout(SILENT)
            .keepalives_idle(SILENT);
        if let Some(database) = options.get_database() {
            config.dbname(database);
        }
        if let Some(name) = options.get_application_name() {
            config.application_name(name);
        }
        if let Some(password) = password(url) {
            config.password(password);
        }
        let lines = (0..lines).map(|_| Line::default()).collect();
        let lines = Lines { config, tls, lines, closed: AtomicBool::new(false) };
        lines.line().await.map_err(ConnectError::Read)?;
        Ok(lines)
    }

    /// Closes the connections; later statements are refused.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for line in &self.lines {
            *line.open() = None;
        }
    }

    /// Whether none of them is open.
    pub(super) fn are_lost(&self) -> bool {
        self.lines.iter().all(|line| line.usable().is_none())
    }

    /// The rows of a statement. One whose connection was lost is sent once more: it only reads.
    pub(super) async fn rows(&self, sql: &Sql) -> Result<Vec<Row>, DbError> {
        match self.ask(sql).await {
            // Where nobody answers nobody is asked twice.
            Err(DbError::Unavailable(error)) if !matches!(error, sqlx::Error::PoolTimedOut) => {
                self.ask(sql).await
            }
            answer => answer,
        }
    }

    async fn ask(&self, sql: &Sql) -> Result<Vec<Row>, DbError> {
        let (open, _waits) = self.line().await?;
        let statement = open.prepared(sql).await?;
        let rows = open.client.query_raw(&statement, sql.values()).await.map_err(fault)?;
        rows.try_collect().await.map_err(fault)
    }

    /// The line on which least is awaited.
    async fn line(&self) -> Result<(Arc<Open>, Waits<'_>), DbError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(DbError::Unavailable(sqlx::Error::PoolClosed));
        }
        let waiting = |line: &&Line| line.waiting.load(Ordering::Relaxed);
        let Some(line) = self.lines.iter().min_by_key(waiting) else {
            return Err(DbError::Unavailable(sqlx::Error::PoolClosed));
        };
        let waits = Waits::on(line);
        if let Some(open) = line.usable() {
            return Ok((open, waits));
        }
        // What is seldom done lies apart: the future of a page has room for each statement that it asks at once.
        let open = tokio::time::timeout(CONNECT, Box::pin(self.connected(line))).await;
        let open = open.unwrap_or_else(|_| Err(DbError::Unavailable(sqlx::Error::PoolTimedOut)))?;
        Ok((open, waits))
    }

    /// The connection of a line, made anew unless somebody else has meanwhile. A server that is starting is waited for.
    async fn connected(&self, line: &Line) -> Result<Arc<Open>, DbError> {
        let _connecting = line.connecting.lock().await;
        if let Some(open) = line.usable() {
            return Ok(open);
        }
        let (client, connection) = loop {
            match self.config.connect(self.tls.connector()).await {
                Ok(made) => break made,
                Err(error) if is_starting(&error) => tokio::time::sleep(AGAIN).await,
                Err(error) => return Err(fault(error)),
            }
        };
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "a connection to the database ended");
            }
        });
        let open = Arc::new(Open { client, prepared: Mutex::default() });
        *line.open() = Some(Arc::clone(&open));
        Ok(open)
    }
}

/// The one setting that `sqlx` does not give out again.
fn password(url: &str) -> Option<String> {
    let given = tokio_postgres::Config::from_str(url.split('?').next().unwrap_or_default());
    let given = given.ok().and_then(|config| config.get_password().map(<[u8]>::to_vec));
    given.and_then(|bytes| String::from_utf8(bytes).ok()).or_else(|| setting(url, "password", "PGPASSWORD"))
}

impl Line {
    fn open(&self) -> MutexGuard<'_, Option<Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn usable(&self) -> Option<Arc<Open>> {
        self.open().as_ref().filter(|open| !open.client.is_closed()).map(Arc::clone)
    }
}

/// One statement whose answer is awaited, until it goes.
struct Waits<'a>(&'a Line);

impl<'a> Waits<'a> {
    fn on(line: &'a Line) -> Self {
        line.waiting.fetch_add(1, Ordering::Relaxed);
        Waits(line)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Open {
    /// The statement, prepared once on each connection. Its values are of the same types each time.
    async fn prepared(&self, sql: &Sql) -> Result<Statement, DbError> {
        let key = sql.place();
        let all = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(statement) = all().get(&key) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = sql.values().iter().map(type_of).collect();
        let statement = Box::pin(self.client.prepare_typed(sql.text(), &types)).await.map_err(fault)?;
        all().insert(key, statement.clone());
        Ok(statement)
    }
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Int(_) => Type::INT8,
        Value::Text(_) | Value::Word(_) => Type::TEXT,
        Value::Bool(_) => Type::BOOL,
        Value::Instant(_) => Type::TIMESTAMPTZ,
        Value::Day(_) => Type::DATE,
        Value::Time(_) => Type::TIME,
        Value::Bytes(_) => Type::BYTEA,
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Int(v) => v.to_sql(kind, out),
            Value::Text(v) => v.to_sql(kind, out),
            Value::Word(v) => v.to_sql(kind, out),
            Value::Bool(v) => v.to_sql(kind, out),
            Value::Instant(v) => v.to_sql(kind, out),
            Value::Day(v) => v.to_sql(kind, out),
            Value::Time(v) => v.to_sql(kind, out),
            Value::Bytes(v) => v.to_sql(kind, out),
        }
    }

    /// Each statement is prepared for the types of its values.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(cell(kind.oid(), bytes)?)
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Cell::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Cells for Row {
    fn width(&self) -> usize {
        self.len()
    }

    fn name(&self, at: usize) -> &str {
        self.columns()[at].name()
    }

    fn cell(&self, at: usize) -> Result<Cell<'_>, Error> {
        self.try_get(at).map_err(serde::de::Error::custom)
    }
}

/// Nobody listens yet, or who listens is not ready.
fn is_starting(error: &tokio_postgres::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    let io = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    error.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
        || io.is_some_and(|io| matches!(io.kind(), ConnectionRefused | NotFound))
}

/// The fault in the words of the seam.
fn fault(error: tokio_postgres::Error) -> DbError {
    let code = error.code().map(|code| code.code().to_owned());
    let error = sqlx::Error::Io(std::io::Error::other(error));
    match code {
        Some(code) => DbError::coded(&code, error),
        // Not the server's word: the way to it.
        None => DbError::Unavailable(error),
    }
}
