//! A first look at the database that an address names: whether it can be reached, and whose data lie in it.

use std::error::Error as StdError;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use super::{ConnectError, sqlite_path};

/// A server that is starting, or starts at the same time, is waited for so long; whoever waits longer asks why.
const PATIENCE: Duration = Duration::from_secs(4);
/// How soon it is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// Whose data lie in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// No table.
    Nothing,
    /// A clinic of this program.
    Clinic,
    /// Tables of another program.
    Other,
}

impl Holds {
    fn of(ours: bool, any: bool) -> Self {
        match (ours, any) {
            (true, _) => Holds::Clinic,
            (false, true) => Holds::Other,
            (false, false) => Holds::Nothing,
        }
    }
}

const SQLITE: &str = "select count(*) filter (where name = '_sqlx_migrations') > 0,
        count(*) filter (where name not like 'sqlite\\_%' escape '\\') > 0
    from sqlite_master where type = 'table'";
/// Tables that an extension brings are nobody's data.
const POSTGRES: &str = "select count(*) filter (where c.relname = '_sqlx_migrations') > 0, count(*) > 0
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = to_regnamespace('public')
      and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')";

/// Looks whose data lie at `url`, without changing anything there, but for taking back what a writer that was killed
/// left half written.
///
/// # Errors
/// When the database cannot be reached or read; a SQLite file that is not there yet holds nothing.
pub async fn holds(url: &str) -> Result<Holds, ConnectError> {
    if let Some(path) = sqlite_path(url) {
        if !std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            return Ok(Holds::Nothing);
        }
        return in_file(&path).await.map_err(|error| unreadable(&path.display().to_string(), &error));
    }
    let options = options(url)?;
    let mut server = connect(&options).await?;
    let found = of_server(&mut server).await.map_err(|error| unreadable(&place(&options), &error))?;
    let _ = server.close().await;
    Ok(found)
}

async fn in_file(path: &Path) -> Result<Holds, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path);
    match of_file(options.clone().read_only(true)).await {
        Err(error) if is_half_written(&error) => of_file(options).await,
        looked => looked,
    }
}

async fn of_file(options: SqliteConnectOptions) -> Result<Holds, sqlx::Error> {
    let mut file = options.connect().await?;
    let (ours, any): (bool, bool) = sqlx::query_as(SQLITE).fetch_one(&mut file).await?;
    file.close().await?;
    Ok(Holds::of(ours, any))
}

/// Whoever wrote to the file was killed in the middle: only a connection that may write takes the half back
/// (`SQLITE_READONLY_ROLLBACK`, <https://www.sqlite.org/rescode.html#readonly_rollback>).
fn is_half_written(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|fault| fault.code()).as_deref() == Some("776")
}

/// The same over an open connection.
pub(super) async fn of_server(server: &mut PgConnection) -> Result<Holds, sqlx::Error> {
    let (ours, any): (bool, bool) = sqlx::query_as(POSTGRES).fetch_one(server).await?;
    Ok(Holds::of(ours, any))
}

/// What an address of PostgreSQL says.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, ConnectError> {
    // It would end the address there: the host behind a password with it would be left out without a word.
    if url.contains('#') {
        return Err(ConnectError::Address("it holds the sign #".to_owned()));
    }
    PgConnectOptions::from_str(url).map_err(|error| ConnectError::Address(cause(&error)))
}

/// Connects once, for the reason why it is not possible: a pool only says that it waited.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, ConnectError> {
    let began = Instant::now();
    let unreachable = |why| ConnectError::Unreachable { place: place(options), why };
    loop {
        let left = PATIENCE.saturating_sub(began.elapsed());
        let Ok(tried) = timeout(left, PgConnection::connect_with(options)).await else {
            return Err(unreachable(format!("no answer within {} seconds", PATIENCE.as_secs())));
        };
        match tried {
            Ok(server) => return Ok(server),
            Err(error) if is_starting(&error) && began.elapsed() + AGAIN < PATIENCE => sleep(AGAIN).await,
            Err(error) => return Err(unreachable(cause(&error))),
        }
    }
}

/// Nobody listens yet, or who listens is not ready.
fn is_starting(error: &sqlx::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    let code = error.as_database_error().and_then(|fault| fault.code());
    let refused = |error: &sqlx::Error| matches!(error, sqlx::Error::Io(io) if matches!(io.kind(), ConnectionRefused | NotFound));
    code.as_deref() == Some("57P03") || refused(error)
}

/// Where a server is, in words.
pub(super) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(folder) => format!("{database:?} in {}", folder.display()),
        None => format!("{database:?} on {}:{}", options.get_host(), options.get_port()),
    }
}

fn unreadable(place: &str, error: &sqlx::Error) -> ConnectError {
    ConnectError::Unreadable { place: place.to_owned(), why: cause(error) }
}

/// What is at the bottom of a fault, in the words of whoever met it.
pub fn cause(error: &(dyn StdError + 'static)) -> String {
    let mut lowest = error;
    while let Some(below) = lowest.source() {
        lowest = below;
    }
    lowest.to_string()
}
