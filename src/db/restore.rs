//! Putting a copy back. It is made ready beside the clinic that is there: examined, and brought up to date by the caller.
//! Only then it takes that clinic's place, in one step, and the other one is kept beside under another name. So a copy
//! that is of no use costs nothing, nothing of the old data stays among the new, and a restore that was a mistake can be
//! taken back by hand.
//!
//! On PostgreSQL it is made ready in a database of its own, and two names are exchanged: a schema inside of the present
//! database would have to share its extensions and would go into every later backup. Where there is no table yet, the
//! copy is put there at once, which needs no right to create databases.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use url::Url;

use super::backup::{BackupError, check_file, draft_of, on, publish, run, run_on, save_file, versions};
use super::connect::{POSTGRES, SQLITE, lock};
use super::probe::{self, Holds};
use super::sqlite_path;

/// A copy that waits beside the clinic whose place it is to take.
#[derive(Debug)]
#[must_use]
pub struct Ready {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A file, and the lock of the one that it is to replace.
    File { draft: PathBuf, to: PathBuf, lock: File },
    /// A database on the same server.
    Server { options: Box<PgConnectOptions>, draft: String, name: String },
    /// It lies where it belongs.
    There,
}

/// Examines the copy `from` and lays it beside the database at `url`. Data that is there is replaced only with `force`.
pub async fn prepare(url: &str, from: &Path, force: bool) -> Result<Ready, BackupError> {
    File::open(from).map_err(on(from))?;
    match sqlite_path(url) {
        Some(to) => beside_file(from, to, force).await,
        None if url.starts_with("postgres") => beside_server(url, from, force).await,
        None => Err(BackupError::UnknownKind),
    }
}

impl Ready {
    /// Where the copy waits, to be brought up to date.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes the copy; what was there is untouched.
    pub async fn discard(self) {
        match self.place {
            Place::File { draft, .. } => remove_draft(&draft),
            Place::Server { options, draft, .. } => drop_database(&options, &draft).await,
            Place::There => {}
        }
    }

    /// Puts the copy in its place. Returns the name under which what was there is kept, which ends with `stamp`.
    pub async fn put_in_place(self, stamp: &str) -> Result<Option<String>, BackupError> {
        match self.place {
            Place::File { draft, to, lock } => {
                let put = exchange_files(&draft, &to, stamp).await;
                if put.is_err() {
                    remove_draft(&draft);
                }
                drop(lock);
                Ok(put?.map(|kept| kept.display().to_string()))
            }
            Place::Server { options, draft, name } => {
                let kept = fitted(&name, &format!("_before_restore_{}", stamp.replace('-', "_")));
                let put = exchange_names(&options, &name, &draft, &kept).await;
                if put.is_err() {
                    drop_database(&options, &draft).await;
                }
                put.map(|()| Some(kept))
            }
            Place::There => Ok(None),
        }
    }
}

/// Whether this program knows every version of the schema that the copy has seen, in the same words.
fn known(from: &Path, seen: &[(i64, Vec<u8>)], migrator: &Migrator) -> Result<(), BackupError> {
    let of_ours = |(version, checksum): &(i64, Vec<u8>)| {
        migrator.iter().any(|own| own.version == *version && own.checksum.as_ref() == checksum.as_slice())
    };
    if seen.is_empty() {
        return Err(BackupError::NoClinic(from.to_owned()));
    }
    if seen.iter().all(of_ours) { Ok(()) } else { Err(BackupError::OtherVersion(from.to_owned())) }
}

async fn beside_file(from: &Path, to: PathBuf, force: bool) -> Result<Ready, BackupError> {
    if to.exists() && !force {
        return Err(BackupError::Occupied(to.display().to_string()));
    }
    check_file(from).await?;
    known(from, &versions(from).await?, &SQLITE)?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(on(folder))?;
    }
    // A node that has the file open holds it.
    let lock = lock(&to)?;
    let draft = draft_of(&to);
    if let Err(error) = save_file(from, &draft).await {
        remove_draft(&draft);
        return Err(error);
    }
    Ok(Ready { url: format!("sqlite:{}", draft.display()), place: Place::File { draft, to, lock } })
}

fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(more);
    name.into()
}

fn remove_draft(draft: &Path) {
    for more in ["", "-wal", "-shm", ".lock"] {
        let _ = fs::remove_file(beside(draft, more));
    }
}

/// Writes what stands in the log beside a file into the file, so that it is one file.
async fn fold(path: &Path) -> Result<(), sqlx::Error> {
    let mut file = SqliteConnectOptions::new().filename(path).connect().await?;
    file.execute("pragma wal_checkpoint(truncate)").await?;
    file.close().await
}

async fn exchange_files(draft: &Path, to: &Path, stamp: &str) -> Result<Option<PathBuf>, BackupError> {
    fold(draft).await?;
    // One that is damaged may not allow it: then its log is kept beside it.
    let _ = fold(to).await;
    if fs::metadata(beside(to, "-wal")).is_ok_and(|log| log.len() == 0) {
        let _ = fs::remove_file(beside(to, "-wal"));
    }
    let kept = beside(to, &format!(".before-restore-{stamp}"));
    if kept.exists() {
        return Err(BackupError::Exists(kept));
    }
    let mut moved = Vec::new();
    if let Ok(former) = fs::metadata(to) {
        // Whoever runs the clinic opens the new file as they did the old one; nobody else does.
        let mode = fs::Permissions::from_mode((former.mode() & 0o770) | 0o600);
        fs::set_permissions(draft, mode).map_err(on(draft))?;
        let _ = chown(draft, Some(former.uid()), Some(former.gid()));
    }
    // A log of the replaced file must not be played into the new one.
    for more in ["", "-wal"] {
        match fs::rename(beside(to, more), beside(&kept, more)) {
            Ok(()) => moved.push(more),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(put_back(to, &kept, &moved, on(to)(error))),
        }
    }
    let _ = fs::remove_file(beside(to, "-shm"));
    publish(draft, to).map_err(|error| put_back(to, &kept, &moved, error))?;
    remove_draft(draft);
    Ok((!moved.is_empty()).then_some(kept))
}

/// What was moved away comes back.
fn put_back(to: &Path, kept: &Path, moved: &[&str], error: BackupError) -> BackupError {
    for more in moved {
        let _ = fs::rename(beside(kept, more), beside(to, more));
    }
    error
}

async fn beside_server(url: &str, from: &Path, force: bool) -> Result<Ready, BackupError> {
    let file = from.to_string_lossy().into_owned();
    let script = run("pg_restore", &["--data-only", "--table=_sqlx_migrations", "--file=-", &file]);
    let script = script.map_err(|error| {
        if let BackupError::Tool { why, .. } = error {
            BackupError::Damaged { path: from.to_owned(), why }
        } else {
            error
        }
    })?;
    known(from, &versions_of_dump(&script), &POSTGRES)?;
    let options = probe::options(url)?;
    let mut here = probe::connect(&options).await?;
    if probe::of_server(&mut here).await? == Holds::Nothing {
        here.close().await?;
        fill(url, &file)?;
        return Ok(Ready { url: url.to_owned(), place: Place::There });
    }
    let (name, role, may): (String, String, bool) = sqlx::query_as(
        "select current_database()::text, rolname::text, rolcreatedb or rolsuper from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut here)
    .await?;
    if !force {
        return Err(BackupError::Occupied(format!("the database {name}")));
    }
    if !may {
        return Err(BackupError::MayNotCreate { name, role });
    }
    alone(&mut here, &name).await?;
    let alike: String = sqlx::query_scalar(ALIKE).fetch_one(&mut here).await?;
    here.close().await?;
    let draft = fitted(&name, &format!("_restore_{}", std::process::id()));
    let place = with_database(url, &draft)?;
    drop_database(&options, &draft).await;
    let mut server = administration(&options).await?;
    server.execute(format!("create database {} {alike}", quoted(&draft)).as_str()).await?;
    server.close().await?;
    if let Err(error) = fill(&place, &file) {
        drop_database(&options, &draft).await;
        return Err(error);
    }
    Ok(Ready { url: place, place: Place::Server { options: Box::new(options), draft, name } })
}

/// The new database sorts and belongs as the old one does. What newer servers call a locale has two names.
const ALIKE: &str = "select format('owner %I template template0 encoding %L lc_collate %L lc_ctype %L',
            pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype)
        || case datlocprovider when 'i' then format(' locale_provider icu icu_locale %L', locale)
            when 'b' then format(' locale_provider builtin builtin_locale %L', locale) else '' end
    from (select d.*, coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
          from pg_database d where datname = current_database()) as this";

fn fill(url: &str, file: &str) -> Result<(), BackupError> {
    let plain = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", file];
    run_on(url, "pg_restore", &plain).map(|_| ())
}

/// The rows of `_sqlx_migrations` in a script of `pg_restore`: version, three more, the checksum, one more.
fn versions_of_dump(script: &str) -> Vec<(i64, Vec<u8>)> {
    let rows = script.lines().skip_while(|line| !line.starts_with("COPY ")).skip(1);
    let version = |line: &str| {
        let mut cells = line.split('\t');
        let version = cells.next()?.parse().ok()?;
        let hex = cells.nth(3)?.strip_prefix("\\\\x")?;
        let byte = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        Some((version, (0..hex.len()).step_by(2).map(byte).collect::<Option<_>>()?))
    };
    rows.take_while(|line| *line != "\\.").filter_map(version).collect()
}

/// Waits a moment for sessions that are about to end; whoever stays works with the database.
async fn alone(here: &mut PgConnection, name: &str) -> Result<(), BackupError> {
    for _ in 0..20 {
        let others: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
        )
        .fetch_one(&mut *here)
        .await?;
        if others == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Err(BackupError::InUse(format!("the database {name}")))
}

/// Both names change or neither; the server refuses while anybody is connected to one of them.
async fn exchange_names(
    options: &PgConnectOptions,
    name: &str,
    draft: &str,
    kept: &str,
) -> Result<(), BackupError> {
    let mut server = administration(options).await?;
    let (name_, draft, kept) = (quoted(name), quoted(draft), quoted(kept));
    let exchange = format!(
        "begin; alter database {name_} rename to {kept}; alter database {draft} rename to {name_}; commit"
    );
    let exchanged = server.execute(exchange.as_str()).await;
    let in_use = |error: &sqlx::Error| {
        error.as_database_error().and_then(|fault| fault.code()).as_deref() == Some("55006")
    };
    match exchanged {
        Err(error) if in_use(&error) => Err(BackupError::InUse(format!("the database {name}"))),
        other => Ok(other.map(|_| ())?),
    }
}

/// A session in another database of the server: none is renamed or dropped from inside.
async fn administration(options: &PgConnectOptions) -> Result<PgConnection, BackupError> {
    match probe::connect(&options.clone().database("postgres")).await {
        Ok(server) => Ok(server),
        Err(_) => Ok(probe::connect(&options.clone().database("template1")).await?),
    }
}

/// Removes a draft, if it is there.
async fn drop_database(options: &PgConnectOptions, name: &str) {
    let drop = format!("drop database if exists {} with (force)", quoted(name));
    if let Ok(mut server) = administration(options).await {
        let _ = server.execute(drop.as_str()).await;
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with an ending, within the 63 bytes that PostgreSQL keeps of it.
fn fitted(name: &str, ending: &str) -> String {
    let mut name = name.to_owned();
    while name.len() + ending.len() > 63 && name.pop().is_some() {}
    name + ending
}

/// The address of another database on the same server.
fn with_database(url: &str, name: &str) -> Result<String, BackupError> {
    let unreadable = |error: url::ParseError| super::ConnectError::Address(error.to_string());
    let mut url = Url::parse(url).map_err(unreadable)?;
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != "dbname")
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
    url.set_path(name);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_database_beside_keeps_everything_else() {
        for (url, expected) in [
            ("postgres://ada:a%23b@db.example:5433/clinic", "postgres://ada:a%23b@db.example:5433/draft"),
            (
                "postgres:///clinic?host=/run/postgresql&user=ada",
                "postgres:///draft?host=%2Frun%2Fpostgresql&user=ada",
            ),
            ("postgres://db.example?dbname=clinic", "postgres://db.example/draft"),
        ] {
            assert_eq!(with_database(url, "draft").unwrap(), expected);
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = "ü".repeat(40);
        let name = fitted(&long, "_before_restore_20261123_183000");
        assert!(name.len() <= 63 && name.ends_with("ü_before_restore_20261123_183000"), "{name}");
    }

    #[test]
    fn the_versions_of_a_dump_are_read_from_its_script() {
        let script = "SET a;\nCOPY public._sqlx_migrations (version, description) FROM stdin;\n\
            1\tfoundation\t2026-01-01\tt\t\\\\x0aff\t12\n\\.\n2\tnot a row\n";
        assert_eq!(versions_of_dump(script), [(1, vec![10, 255])]);
        assert_eq!(versions_of_dump("nothing"), []);
    }
}
