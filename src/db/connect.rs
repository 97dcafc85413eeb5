//! Opening the database that the settings name.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{DbError, Kept, Lines, Readers, probe};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, PgPool, SqlitePool};

/// The open database.
#[derive(Debug, Clone)]
pub enum Db {
    /// Embedded: one writer, a few readers that cannot write.
    Sqlite {
        /// Read-only connections.
        read: Arc<Readers>,
        /// A read-only connection for the store of sessions and for the check, which bring their own statements.
        sessions: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
        /// Held as long as the database is open: one process per file.
        lock: Arc<File>,
        /// What many pages show alike.
        kept: Arc<Kept>,
    },
    /// A server that several nodes may share.
    Postgres {
        /// Connections that all reading shares.
        read: Arc<Lines>,
        /// Connections for changes and transactions.
        pool: PgPool,
        /// What many pages show alike.
        kept: Arc<Kept>,
    },
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbKind {
    /// Embedded SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is of neither database.
    #[error("DATABASE_URL must start with sqlite: or postgres:, and {0:?} does not")]
    UnknownKind(String),
    /// Another process has the file open.
    #[error("{} is open in another Infirmary process; stop that one first", .0.display())]
    InUse(PathBuf),
    /// The file or its folder cannot be used.
    #[error("cannot open {}: {error}", path.display())]
    File {
        /// What was to be opened.
        path: PathBuf,
        /// Why it was not.
        error: std::io::Error,
    },
    /// The address of a server cannot be read.
    #[error(
        "DATABASE_URL cannot be read ({0}); in its name and password write %23 for #, %2F for /, %3A for :, %3F for ?, \
         %40 for @ and %25 for %"
    )]
    Address(String),
    /// Nobody answers there, or not to us.
    #[error("cannot open the database {place}: {why}")]
    Unreachable {
        /// Which database, and where.
        place: String,
        /// Why.
        why: String,
    },
    /// What is there cannot be read as a database.
    #[error("cannot read the database {place}: {why}")]
    Unreadable {
        /// Where it is.
        place: String,
        /// Why.
        why: String,
    },
    /// Somebody else's data.
    #[error("{0} holds data of another program; name a database of its own in DATABASE_URL")]
    Foreign(String),
    /// The database answered with a fault.
    #[error("cannot open the database: {0}")]
    Database(#[from] sqlx::Error),
    /// It cannot be read.
    #[error("cannot read the database: {0}")]
    Read(#[from] DbError),
    /// An address asks for a check that says too little.
    #[error(
        "sslmode=verify-ca takes any server with a certificate of that authority; ask for sslmode=verify-full"
    )]
    VerifyCa,
    /// The certificates or the key that an address names cannot be used.
    #[error("cannot encrypt the connection to the database: {0}")]
    Tls(String),
    /// A migration failed; the database is as it was before.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Connections that all reading shares, at most; more would only wait for the same processors.
const LINES: usize = 4;
/// Statements that a connection of the pool keeps prepared; left alone it keeps a hundred, which a clinic's day exceeds.
const PREPARED: usize = 512;
/// Two hundred people who press one button stand in line for the writer; who waits longer than this is asked to come back.
const ACQUIRE: Duration = Duration::from_secs(8);

/// The file that a SQLite address names; none for other databases.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(PathBuf::from(path.split('?').next().unwrap_or_default()))
}

/// Takes the lock of a file: one process has it open at a time.
pub(super) fn lock(path: &Path) -> Result<File, ConnectError> {
    let beside = path.with_added_extension("lock");
    let lock = File::create(&beside).map_err(|error| ConnectError::File { path: path.to_owned(), error })?;
    lock.try_lock().map_err(|_| ConnectError::InUse(path.to_owned()))?;
    Ok(lock)
}

/// Makes a file that only its owner reads.
pub(super) fn own_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The schema, step by step.
pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
/// The same for PostgreSQL.
pub(super) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

impl Db {
    /// Opens the database at `url`; a SQLite file is made if it is not there. `connections` bounds PostgreSQL's pool for
    /// changes; up to four more are for reading.
    pub async fn open(url: &str, connections: u32) -> Result<Self, ConnectError> {
        if let Some(path) = sqlite_path(url) {
            return Self::open_file(&path).await;
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = probe::options(url)?.statement_cache_capacity(PREPARED);
            // What is slow the seam says itself, in few words.
            let options = options.disable_statement_logging().application_name("infirmary").options([
                ("statement_timeout", "10s"),
                ("lock_timeout", "8s"),
                ("idle_in_transaction_session_timeout", "10s"),
                // Our joins stand in the order in which they narrow; trying every other order takes the planner ten
                // times as long as the board's statement itself.
                ("join_collapse_limit", "1"),
                // One plan a statement and connection. Left to itself the server plans some statements anew each time,
                // which takes longer than their execution; no statement of ours needs a plan that depends on its values.
                ("plan_cache_mode", "force_generic_plan"),
                // The pages of a clinic's database lie in memory: an index is nearly as cheap as reading on, and a plan of
                // small steps is what small answers want. Compiling a plan takes longer than any of ours runs.
                ("random_page_cost", "1.1"),
                ("jit", "off"),
                // Starting other processes for a worklist takes four milliseconds, reading it half of one.
                ("max_parallel_workers_per_gather", "0"),
            ]);
            let _ = probe::connect(&options).await?.close().await;
            let pool = PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.clone())
                .await?;
            let read = Arc::new(Lines::open(url, &options, LINES).await?);
            return Ok(Db::Postgres { read, pool, kept: Arc::default() });
        }
        Err(ConnectError::UnknownKind(url.split(':').next().unwrap_or_default().to_owned()))
    }

    async fn open_file(path: &Path) -> Result<Self, ConnectError> {
        let file = |error| ConnectError::File { path: path.to_owned(), error };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(file)?;
        }
        let lock = lock(path)?;
        // Everything that the clinic knows: for the owner's eyes only, and the files beside it follow it. One that is
        // there keeps the rights that somebody gave it.
        if !path.exists() {
            own_file(path).map_err(file)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256)
            .pragma("trusted_schema", "OFF")
            .pragma("temp_store", "MEMORY")
            .pragma("cache_size", "-4000")
            .pragma("journal_size_limit", "67108864")
            .disable_statement_logging();
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE)
            // A browser that goes away during BEGIN leaves its transaction open, and a full disk ends one without the
            // driver's learning of it. Either way the only writer would be taken for busy for ever: it is opened anew.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone().optimize_on_close(true, None))
            .await?;
        let sessions = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.pragma("query_only", "ON").pragma("cache_size", "-500"))
            .await?;
        let read = Arc::new(Readers::open(path, false)?);
        Ok(Db::Sqlite { read, sessions, write, lock: Arc::new(lock), kept: Arc::default() })
    }

    /// Opens the database for reading only, beside a node that may be serving from it: no lock, nothing written, no
    /// limit on how long a statement takes.
    pub async fn open_reading(url: &str) -> Result<Self, ConnectError> {
        if let Some(path) = sqlite_path(url) {
            let file = |error| ConnectError::File { path: path.clone(), error };
            let lock = File::open(&path).map_err(file)?;
            let options = SqliteConnectOptions::new().filename(&path).read_only(true);
            let options = options.busy_timeout(Duration::from_secs(5)).pragma("cache_size", "-16000");
            let options = options.disable_statement_logging();
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
            let read = Arc::new(Readers::open(&path, true)?);
            let kept = Arc::default();
            return Ok(Db::Sqlite { read, sessions: pool.clone(), write: pool, lock: Arc::new(lock), kept });
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = probe::options(url)?
                .disable_statement_logging()
                .application_name("infirmary check")
                .options([("default_transaction_read_only", "on")]);
            let _ = probe::connect(&options).await?.close().await;
            let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE);
            let pool = pool.connect_with(options.clone()).await?;
            let read = Arc::new(Lines::open(url, &options, 1).await?);
            return Ok(Db::Postgres { read, pool, kept: Arc::default() });
        }
        Err(ConnectError::UnknownKind(url.split(':').next().unwrap_or_default().to_owned()))
    }

    /// Whether nobody answers at the moment: each connection for reading was lost, or all are closed.
    pub fn is_lost(&self) -> bool {
        match self {
            Db::Sqlite { sessions, .. } => sessions.is_closed(),
            Db::Postgres { read, .. } => read.are_lost(),
        }
    }

    /// Brings the schema up to date; safe when two nodes start together.
    pub async fn migrate(&self) -> Result<(), ConnectError> {
        match self {
            Db::Sqlite { write, .. } => SQLITE.run(write).await?,
            Db::Postgres { pool, .. } => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// Which database it is.
    pub fn kind(&self) -> DbKind {
        match self {
            Db::Sqlite { .. } => DbKind::Sqlite,
            Db::Postgres { .. } => DbKind::Postgres,
        }
    }

    /// Something changed that this process did not do itself: what it keeps is read anew.
    pub fn changed_elsewhere(&self) {
        self.kept().changed();
    }

    pub(super) fn kept(&self) -> &Arc<Kept> {
        match self {
            Db::Sqlite { kept, .. } | Db::Postgres { kept, .. } => kept,
        }
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, sessions, write, .. } => {
                read.close();
                sessions.close().await;
                write.close().await;
            }
            Db::Postgres { read, pool, .. } => {
                read.close();
                pool.close().await;
            }
        }
    }
}
