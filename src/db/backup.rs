//! Whole copies of a database: taken while it serves, and verified before they get their name.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use url::Url;

use super::connect::own_file;
use super::probe::cause;
use super::{ConnectError, sqlite_path};

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
    #[error("the copy {} is damaged: {why}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Whatever it is, it is no copy.
    #[error("{} holds no clinic of this program", .0.display())]
    NoClinic(PathBuf),
    /// This program cannot read what is in it.
    #[error(
        "{} was written by a newer or another version of the program; put it back with that version",
        .0.display()
    )]
    OtherVersion(PathBuf),
    /// Somebody works with the database that is to be replaced.
    #[error("{0} is in use; stop every node, and whatever else uses it, then try again")]
    InUse(String),
    /// The role may not make the database beside, from which the copy takes its place.
    #[error(
        "the copy is made ready in a database beside {name}, and the role {role} may not create one; either let it \
         (alter role {role} createdb), or name an empty database in DATABASE_URL"
    )]
    MayNotCreate {
        /// The database.
        name: String,
        /// The role.
        role: String,
    },
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
    /// The database could not be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database answered with a fault.
    #[error("the database says: {0}")]
    Database(#[from] sqlx::Error),
}

pub(super) fn on(path: &Path) -> impl Fn(io::Error) -> BackupError {
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
            own_file(&draft).map_err(on(&draft))?;
            let target = draft.to_string_lossy().into_owned();
            run_on(url, "pg_dump", &["--format=custom", "--no-owner", "--no-privileges", "--file", &target])
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

async fn read_only(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(path).read_only(true).connect().await
}

/// `VACUUM INTO` on a connection that cannot write: the live file's one writer stays the only one. The draft is there
/// before, empty, so that nobody else ever reads it.
pub(super) async fn save_file(from: &Path, draft: &Path) -> Result<(), BackupError> {
    File::open(from).map_err(on(from))?;
    own_file(draft).map_err(on(draft))?;
    let mut live = read_only(from).await?;
    let target = draft.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(target).execute(&mut live).await?;
    live.close().await?;
    check_file(draft).await
}

/// Whether a file is whole and holds a clinic.
pub(super) async fn check_file(path: &Path) -> Result<(), BackupError> {
    let damaged = |why| BackupError::Damaged { path: path.to_owned(), why };
    let looked = async {
        let mut copy = read_only(path).await?;
        let lines: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(&mut copy).await?;
        let tables: i64 = sqlx::query_scalar(
            "select count(*) from sqlite_master where type = 'table' and name in ('clinic', '_sqlx_migrations')",
        )
        .fetch_one(&mut copy)
        .await?;
        copy.close().await?;
        Ok((lines, tables))
    };
    let (lines, tables) = looked.await.map_err(|error: sqlx::Error| damaged(cause(&error)))?;
    if lines.iter().any(|line| line != "ok") {
        return Err(damaged(lines.join("; ")));
    }
    if tables == 2 { Ok(()) } else { Err(BackupError::NoClinic(path.to_owned())) }
}

/// The versions of the schema that a file has seen, each with the hash of its words.
pub(super) async fn versions(path: &Path) -> Result<Vec<(i64, Vec<u8>)>, BackupError> {
    let mut copy = read_only(path).await?;
    let found = sqlx::query_as("select version, checksum from _sqlx_migrations").fetch_all(&mut copy).await?;
    copy.close().await?;
    Ok(found)
}

/// Runs one of PostgreSQL's own tools; what it printed.
pub(super) fn run(tool: &'static str, arguments: &[&str]) -> Result<String, BackupError> {
    output_of(tool, Command::new(tool).args(arguments))
}

/// Runs one of them on the database at `url`. Everybody on the machine reads the words that a process was started with:
/// the password goes by its environment.
pub(super) fn run_on(url: &str, tool: &'static str, arguments: &[&str]) -> Result<String, BackupError> {
    let (address, password) = without_password(url);
    let mut command = Command::new(tool);
    command.args(["--dbname", address.as_str()]).args(arguments);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    output_of(tool, &mut command)
}

/// An address without its password, and the password as a person types it. Where the address has none, it stays as it is,
/// and so does what the environment says.
fn without_password(address: &str) -> (String, Option<OsString>) {
    const NAMED: &str = "password=";
    let Ok(mut url) = Url::parse(address) else { return (address.to_owned(), None) };
    let mut password = url.password().map(decoded);
    if password.is_some() && url.set_password(None).is_err() {
        return (address.to_owned(), None);
    }
    let settings = url.query().unwrap_or_default().to_owned();
    if let Some(value) = settings.split('&').find_map(|one| one.strip_prefix(NAMED)) {
        password = Some(decoded(value));
        let others: Vec<&str> = settings.split('&').filter(|one| !one.starts_with(NAMED)).collect();
        let others = others.join("&");
        url.set_query(Some(others.as_str()).filter(|others| !others.is_empty()));
    }
    match password {
        Some(password) => (url.into(), Some(password)),
        None => (address.to_owned(), None),
    }
}

/// What an address wrote with `%`, as it is meant.
fn decoded(text: &str) -> OsString {
    let (bytes, mut at, mut meant) = (text.as_bytes(), 0_usize, Vec::with_capacity(text.len()));
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let escaped = escaped.and_then(|hex| std::str::from_utf8(hex).ok());
        let real = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        meant.push(real.unwrap_or(*byte));
        at += if real.is_some() { 3 } else { 1 };
    }
    OsString::from_vec(meant)
}

fn output_of(tool: &'static str, command: &mut Command) -> Result<String, BackupError> {
    let output = match command.output() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_cut_out_of_an_address_and_handed_over_as_it_is_typed() {
        for (address, rest, password) in [
            (
                "postgres://ada:secret@db.example:5433/clinic",
                "postgres://ada@db.example:5433/clinic",
                "secret",
            ),
            ("postgres://ada:a%23b%25+c@db.example/clinic", "postgres://ada@db.example/clinic", "a#b%+c"),
            ("postgres:///clinic?host=%2Frun&password=a%20b", "postgres:///clinic?host=%2Frun", "a b"),
            ("postgres://ada:old@db.example/clinic?password=new", "postgres://ada@db.example/clinic", "new"),
        ] {
            assert_eq!(
                without_password(address),
                (rest.to_owned(), Some(OsString::from(password))),
                "{address}"
            );
        }
    }

    #[test]
    fn an_address_without_a_password_stays_as_it_is() {
        for address in
            ["postgres://ada@db.example/clinic?sslmode=require", "postgres:///clinic", "postgres:no"]
        {
            assert_eq!(without_password(address), (address.to_owned(), None));
        }
    }
}
