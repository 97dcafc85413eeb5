//! Whole copies of a database: taken while it serves, verified before they get their name, and put back.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::sqlite_path;

/// Why a copy was not made or not put back; each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target is there already.
    #[error("{} exists already; choose another name or move it away first", .0.display())]
    Exists(PathBuf),
    /// There is data where the copy should go.
    #[error("{0} already holds a clinic; stop it, make a backup, then use --force to replace it")]
    Occupied(String),
    /// The copy did not pass its check.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
    /// The address is of neither database.
    #[error("DATABASE_URL must start with sqlite: or postgres:")]
    UnknownKind,
    /// PostgreSQL's own tool is missing.
    #[error("{0} was not found; install PostgreSQL's client programs (Debian: postgresql-client)")]
    NoTool(&'static str),
    /// PostgreSQL's own tool failed.
    #[error("{tool} failed: {why}")]
    Tool {
        /// Its name.
        tool: &'static str,
        /// What it said last.
        why: String,
    },
    /// A file could not be read or written.
    #[error("cannot use {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The database answered with a fault.
    #[error("the database says: {0}")]
    Database(#[from] sqlx::Error),
}

fn on(path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path: path.clone(), error }
}

/// A name beside `to` for what is not complete yet; the process id keeps two runs apart.
pub(super) fn draft_of(to: &Path) -> PathBuf {
    to.with_added_extension(format!("part-{}", std::process::id()))
}

/// Gives a finished draft its name: data first, then the name, then the folder that holds the name.
pub(super) fn publish(draft: &Path, to: &Path) -> Result<(), BackupError> {
    File::open(draft).and_then(|file| file.sync_all()).map_err(on(draft))?;
    fs::rename(draft, to).map_err(on(to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(on(folder))
}

/// Copies the database at `url` to the file `to`, which appears only when it is complete and whole.
pub async fn save(url: &str, to: &Path) -> Result<u64, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let draft = draft_of(to);
    let made = match sqlite_path(url) {
        Some(from) => save_file(&from, &draft).await,
        None if url.starts_with("postgres") => {
            let target = draft.to_string_lossy().into_owned();
            run(
                "pg_dump",
                &["--format=custom", "--no-owner", "--no-privileges", "--file", &target, "--dbname", url],
            )
            .and_then(|_| run("pg_restore", &["--list", &target]))
            .map(|_| ())
        }
        None => Err(BackupError::UnknownKind),
    };
    if let Err(error) = made.and_then(|()| publish(&draft, to)) {
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    Ok(fs::metadata(to).map_err(on(to))?.len())
}

async fn read_only(path: &Path) -> Result<SqliteConnection, BackupError> {
    Ok(SqliteConnectOptions::new().filename(path).read_only(true).connect().await?)
}

/// `VACUUM INTO` on a connection that cannot write: the live file's one writer stays the only one.
async fn save_file(from: &Path, draft: &Path) -> Result<(), BackupError> {
    File::open(from).map_err(on(from))?;
    let mut live = read_only(from).await?;
    let target = draft.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(target).execute(&mut live).await?;
    live.close().await?;
    check_file(draft).await
}

async fn check_file(path: &Path) -> Result<(), BackupError> {
    let mut copy = read_only(path).await?;
    let lines: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(&mut copy).await?;
    let clinic: Result<i64, _> = sqlx::query_scalar("select count(*) from clinic").fetch_one(&mut copy).await;
    copy.close().await?;
    if lines.iter().any(|line| line != "ok") {
        return Err(BackupError::Damaged(lines.join("; ")));
    }
    clinic.map(|_| ()).map_err(|_| BackupError::Damaged("it holds no clinic".to_owned()))
}

/// Puts the copy `from` in place of the database at `url`. Data that is there is replaced only with `force`. The caller
/// holds the database's lock or knows that no node runs.
pub async fn restore(url: &str, from: &Path, force: bool) -> Result<(), BackupError> {
    File::open(from).map_err(on(from))?;
    match sqlite_path(url) {
        Some(to) => restore_file(from, &to, force).await,
        None if url.starts_with("postgres") => restore_server(url, from, force).await,
        None => Err(BackupError::UnknownKind),
    }
}

async fn restore_file(from: &Path, to: &Path, force: bool) -> Result<(), BackupError> {
    if to.exists() && !force {
        return Err(BackupError::Occupied(to.display().to_string()));
    }
    check_file(from).await?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(on(folder))?;
    }
    let draft = draft_of(to);
    fs::copy(from, &draft).map_err(on(&draft))?;
    // A write-ahead log of the replaced file must not be played into the new one.
    for extension in ["-wal", "-shm"] {
        let mut beside = to.as_os_str().to_owned();
        beside.push(extension);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(on(to)(error)),
            _ => {}
        }
    }
    publish(&draft, to)
}

async fn restore_server(url: &str, from: &Path, force: bool) -> Result<(), BackupError> {
    let mut server = sqlx::PgConnection::connect(url).await?;
    let tables: i64 =
        sqlx::query_scalar("select count(*) from information_schema.tables where table_schema = 'public'")
            .fetch_one(&mut server)
            .await?;
    server.close().await?;
    if tables > 0 && !force {
        return Err(BackupError::Occupied("the database".to_owned()));
    }
    let from = from.to_string_lossy();
    let mut arguments = vec!["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"];
    if force {
        arguments.extend(["--clean", "--if-exists"]);
    }
    arguments.extend(["--dbname", url, &from]);
    run("pg_restore", &arguments).map(|_| ())
}

fn run(tool: &'static str, arguments: &[&str]) -> Result<String, BackupError> {
    let output = match Command::new(tool).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BackupError::NoTool(tool)),
        Err(error) => return Err(BackupError::Tool { tool, why: error.to_string() }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let why = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given").to_owned();
    Err(BackupError::Tool { tool, why })
}
