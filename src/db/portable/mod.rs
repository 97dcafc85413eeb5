//! A clinic's data in a file that either database reads: every row as a line of JSON, with the hash of the whole at its
//! end. For moving from one database to the other, and for leaving (P19).
//!
//! Sign-ins that are under way stay behind: their cookies would not fit.

mod shape;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::Executor;

use super::backup::{draft_of, publish};
use super::{ConnectError, Db, DbError, Tx, Value, bulk, guards};
use shape::{Column, Table};

/// What the first line says it is.
const FORMAT: &str = "infirmary-1";
/// Rows that are written at once.
const BATCH: usize = 5_000;

/// Why data did not leave or did not arrive; each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum PortableError {
    /// The target is there already.
    #[error("{} exists already; choose another name or move it away first", .0.display())]
    Exists(PathBuf),
    /// There is data where the data should go.
    #[error("the database already holds a clinic; import into an empty one")]
    Occupied,
    /// Another program wrote the file, or it was changed since.
    #[error("the file is not whole: {0}")]
    Damaged(String),
    /// Its tables are those of another version.
    #[error("the file was written by another version of the program; export it with this one")]
    OtherVersion,
    /// The file could not be read or written.
    #[error("cannot use {}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The database could not be opened.
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// The database answered with a fault.
    #[error("{0}")]
    Database(#[from] DbError),
    /// The driver met a fault.
    #[error("the database says: {0}")]
    Driver(#[from] sqlx::Error),
}

fn on(path: &Path) -> impl Fn(io::Error) -> PortableError {
    let path = path.to_owned();
    move |error| PortableError::File { path: path.clone(), error }
}

fn damaged(why: impl std::fmt::Display) -> PortableError {
    PortableError::Damaged(why.to_string())
}

/// What went over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Rows of all tables.
    pub rows: u64,
    /// SHA-256 of everything before the last line, in hexadecimal: equal content has an equal hash on both databases.
    pub hash: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    migrations: Vec<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    table: String,
    columns: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tail {
    rows: u64,
    sha256: String,
}

/// Writes to a file, or to nowhere, and hashes what it writes.
struct Hashing<W> {
    out: W,
    hash: Sha256,
    rows: u64,
}

impl<W: Write> Hashing<W> {
    fn new(out: W) -> Self {
        Hashing { out, hash: Sha256::new(), rows: 0 }
    }

    fn line(&mut self, what: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(what)?;
        line.push(b'\n');
        self.hash.update(&line);
        self.out.write_all(&line)
    }

    fn end(self) -> (W, Moved) {
        (self.out, Moved { rows: self.rows, hash: hex(&self.hash.finalize()) })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes everything that the database at `url` holds at this moment into the new file `to`, also while a node serves.
/// `told` hears of each table and the rows so far.
pub async fn export(url: &str, to: &Path, mut told: impl FnMut(&str, u64)) -> Result<Moved, PortableError> {
    if to.exists() {
        return Err(PortableError::Exists(to.to_owned()));
    }
    let db = Db::open_reading(url).await?;
    let draft = draft_of(to);
    // It holds everything that the clinic knows: for the owner's eyes only.
    let file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(on(&draft))?;
    let mut out = Hashing::new(BufWriter::new(file));
    let made = async {
        let mut tx = moment(&db).await?;
        dump(&mut tx, &mut out, &on(&draft), &mut told).await?;
        let (mut file, moved) = out.end();
        let tail = Tail { rows: moved.rows, sha256: moved.hash.clone() };
        serde_json::to_writer(&mut file, &tail).map_err(|error| on(&draft)(error.into()))?;
        file.write_all(b"\n").and_then(|()| file.flush()).map_err(on(&draft))?;
        publish(&draft, to).map_err(damaged)?;
        Ok(moved)
    }
    .await;
    db.close().await;
    if made.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    made
}

/// A transaction that sees one moment of the data.
async fn moment(db: &Db) -> Result<Tx, PortableError> {
    let kept = Arc::clone(db.kept());
    Ok(match db {
        Db::Sqlite { write, .. } => Tx::Sqlite(write.begin().await?, kept),
        Db::Postgres { pool, .. } => {
            let mut tx = pool.begin().await?;
            tx.execute("set transaction isolation level repeatable read read only").await?;
            Tx::Postgres(tx, kept)
        }
    })
}

async fn dump<W: Write>(
    tx: &mut Tx,
    out: &mut Hashing<W>,
    fault: &impl Fn(io::Error) -> PortableError,
    told: &mut impl FnMut(&str, u64),
) -> Result<(), PortableError> {
    let head = Head { format: FORMAT.to_owned(), migrations: shape::migrations() };
    out.line(&head).map_err(fault)?;
    for table in shape::tables() {
        told(&table.name, out.rows);
        out.line(&heading(&table)).map_err(fault)?;
        let text = table.selection(matches!(tx, Tx::Postgres(..)));
        macro_rules! each {
            ($tx:expr) => {{
                let mut rows = sqlx::query(&text).fetch(&mut **$tx);
                while let Some(row) = rows.try_next().await? {
                    let values = shape::row!(row, table.columns);
                    out.line(&values).map_err(fault)?;
                    out.rows += 1;
                }
            }};
        }
        match tx {
            Tx::Sqlite(tx, _) => each!(tx),
            Tx::Postgres(tx, _) => each!(tx),
        }
    }
    Ok(())
}

fn heading(table: &Table) -> Heading {
    Heading {
        table: table.name.clone(),
        columns: table.columns.iter().map(|column| column.name.clone()).collect(),
    }
}

/// Puts the data of the file `from` into the database, which must be up to date and hold no clinic yet: all of it or
/// nothing. What then lies in the database is hashed again and must be what the file says.
pub async fn import(db: &Db, from: &Path, mut told: impl FnMut(&str, u64)) -> Result<Moved, PortableError> {
    let expected = whole(from)?;
    let mut tx = db.begin().await?;
    // A migration puts in what every clinic begins with; people come later.
    let people: i64 = super::sql("select (select count(*) from account) + (select count(*) from patient)")
        .scalar(&mut tx)
        .await?;
    if people > 0 {
        return Err(PortableError::Occupied);
    }
    let tables = shape::tables();
    let lifted = guards::lift(&mut tx, "%").await?;
    for table in tables.iter().rev() {
        guards::run(&mut tx, &format!("delete from {}", table.name)).await?;
    }
    fill(&mut tx, &tables, from, &mut told).await?;
    for table in tables.iter().filter(|table| table.columns.first().is_some_and(|first| first.name == "id")) {
        bulk::follow_ids(&mut tx, &table.name).await?;
    }
    guards::put_back(&mut tx, lifted).await?;
    let mut out = Hashing::new(io::sink());
    dump(&mut tx, &mut out, &on(from), &mut told).await?;
    let (_, arrived) = out.end();
    if arrived != expected {
        return Err(damaged(format!("{} rows arrived with the hash {}", arrived.rows, arrived.hash)));
    }
    tx.commit().await?;
    bulk::widen(db, false).await?;
    bulk::analyze(db).await?;
    Ok(arrived)
}

/// Reads the file once: whether it is ours, of this version, and as it was written.
fn whole(from: &Path) -> Result<Moved, PortableError> {
    let mut file = BufReader::new(File::open(from).map_err(on(from))?);
    let (mut hash, mut line, mut before) = (Sha256::new(), Vec::new(), Vec::new());
    let mut first = true;
    while file.read_until(b'\n', &mut line).map_err(on(from))? > 0 {
        if first {
            let head: Head = serde_json::from_slice(&line).map_err(|_| damaged("it is no export"))?;
            if head.format != FORMAT || head.migrations != shape::migrations() {
                return Err(PortableError::OtherVersion);
            }
            first = false;
        }
        hash.update(&before);
        std::mem::swap(&mut before, &mut line);
        line.clear();
    }
    let tail: Tail = serde_json::from_slice(&before).map_err(|_| damaged("its end is missing"))?;
    let hash = hex(&hash.finalize());
    if hash != tail.sha256 {
        return Err(damaged("it was changed after it was written"));
    }
    Ok(Moved { rows: tail.rows, hash })
}

async fn fill(
    tx: &mut Tx,
    tables: &[Table],
    from: &Path,
    told: &mut impl FnMut(&str, u64),
) -> Result<(), PortableError> {
    let file = BufReader::new(File::open(from).map_err(on(from))?);
    let (mut tables, mut table, mut rows, mut done) = (tables.iter(), None::<&Table>, Vec::new(), 0);
    for line in file.lines().skip(1) {
        let line = line.map_err(on(from))?;
        if line.starts_with('[') {
            let Some(table) = table else { return Err(damaged("a row stands before its table")) };
            rows.push(
                shape::values(&line, &table.columns)
                    .ok_or_else(|| damaged("a row does not fit its table"))?,
            );
            done += 1;
            if rows.len() == BATCH {
                put(tx, table, &mut rows).await?;
                told(&table.name, done);
            }
        } else if let Ok(named) = serde_json::from_str::<Heading>(&line) {
            if let Some(table) = table {
                put(tx, table, &mut rows).await?;
            }
            table = tables.next();
            let known = table.map(heading);
            if known.is_none_or(|known| known.table != named.table || known.columns != named.columns) {
                return Err(damaged(format!("the table {} is not as expected", named.table)));
            }
            told(&named.table, done);
        }
    }
    match table {
        Some(table) => put(tx, table, &mut rows).await,
        None => Err(damaged("it holds no tables")),
    }
}

async fn put(tx: &mut Tx, table: &Table, rows: &mut Vec<Vec<Value>>) -> Result<(), PortableError> {
    let columns: Vec<&str> = table.columns.iter().map(|column: &Column| column.name.as_str()).collect();
    bulk::fill(tx, bulk::Table { name: &table.name, columns: &columns }, rows).await?;
    Ok(())
}
