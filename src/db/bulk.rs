//! Many rows at once: long inserts, and `COPY` for filling an empty PostgreSQL database. Table and columns are names in
//! the source; values are bound or escaped like everywhere else.

use std::fmt::Write;

use sqlx::Executor;

use super::statement::{bound_for_postgres, bound_for_sqlite};
use super::{Db, DbError, Tx, Value};
use crate::clock::instant_text;

/// Parameters of one insert; SQLite's own limit is 32,766, PostgreSQL's 65,535.
const PARAMETERS: usize = 6_000;
/// Rows of one `COPY`, which must end within the statement timeout.
const COPIED: usize = 5_000;

/// Where rows go.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Its name.
    pub name: &'a str,
    /// The columns that a row carries, in this order.
    pub columns: &'a [&'a str],
}

/// Puts rows into a table and empties `rows`.
pub async fn insert(tx: &mut Tx, table: Table<'_>, rows: &mut Vec<Vec<Value>>) -> Result<(), DbError> {
    let most = (PARAMETERS / table.columns.len()).max(1);
    while !rows.is_empty() {
        let part = rows.drain(..most.min(rows.len()));
        let (rows, values) = (part.len(), part.flatten());
        match tx {
            Tx::Sqlite(tx, _) => {
                let text = for_sqlite(table, rows);
                tx.execute(bound_for_sqlite(&text, values).persistent(false)).await.map(drop)?
            }
            Tx::Postgres(tx, _) => {
                let text = for_postgres(table, rows);
                tx.execute(bound_for_postgres(&text, values).persistent(false)).await.map(drop)?;
            }
        }
    }
    Ok(())
}

/// Puts a few rows into a table by one statement of its own, all of them or none; the statement is kept prepared for each
/// number of rows. No kept statement may read that table (`BESIDE` in `kept.rs`).
pub async fn insert_at_once(db: &Db, table: Table<'_>, rows: Vec<Vec<Value>>) -> Result<(), DbError> {
    debug_assert!(rows.len() * table.columns.len() <= PARAMETERS, "one statement takes no more");
    let (count, values) = (rows.len(), rows.into_iter().flatten());
    match db {
        Db::Sqlite { write, .. } => {
            let text = for_sqlite(table, count);
            write.execute(bound_for_sqlite(&text, values)).await.map(drop)?;
        }
        Db::Postgres { pool, .. } => {
            let text = for_postgres(table, count);
            pool.execute(bound_for_postgres(&text, values)).await.map(drop)?;
        }
    }
    Ok(())
}

/// `$7` is a name to SQLite, and it looks through all names before it for each: with thousands of them that takes twenty
/// times as long as the insert itself.
fn for_sqlite(table: Table<'_>, rows: usize) -> String {
    insertion(table, rows, |text, _| text.push('?'))
}

fn for_postgres(table: Table<'_>, rows: usize) -> String {
    insertion(table, rows, |text, place| {
        let _ = write!(text, "${place}");
    })
}

/// `insert into t (a, b) values ($1, $2), ($3, $4)`, with places written as the database wants them.
fn insertion(table: Table<'_>, rows: usize, placed: impl Fn(&mut String, usize)) -> String {
    let width = table.columns.len();
    let mut text = format!("insert into {} ({}) values ", table.name, table.columns.join(", "));
    for place in 0..rows * width {
        let before = match (place, place % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        };
        text.push_str(before);
        placed(&mut text, place + 1);
    }
    text.push(')');
    text
}

/// The same for filling an empty database, by `COPY` where there is one.
///
/// Not for the work of a request, which may be broken off: the driver does not count the answers of a `COPY` that was
/// left in the middle (sqlx 0.8), and whoever got that connection next would read the answer to another question.
pub async fn fill(tx: &mut Tx, table: Table<'_>, rows: &mut Vec<Vec<Value>>) -> Result<(), DbError> {
    let Tx::Postgres(tx, _) = tx else { return insert(tx, table, rows).await };
    let statement = format!("copy {} ({}) from stdin", table.name, table.columns.join(", "));
    // What the triggers ask is planned with the first row and kept: of a table that is empty then, PostgreSQL would read
    // every row for each row that follows.
    tx.execute("set local enable_seqscan = off").await?;
    // No request waits for it, and a slow machine is no fault.
    tx.execute("set local statement_timeout = 0").await?;
    for part in rows.chunks(COPIED) {
        let mut text = String::new();
        for row in part {
            line(&mut text, row);
        }
        let mut copy = tx.copy_in_raw(&statement).await?;
        copy.send(text.into_bytes()).await?;
        copy.finish().await?;
    }
    tx.execute("set local enable_seqscan = on").await?;
    rows.clear();
    Ok(())
}

/// One line of `COPY`'s text format.
fn line(out: &mut String, row: &[Value]) {
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            out.push('\t');
        }
        match value {
            Value::Int(Some(v)) => {
                let _ = write!(out, "{v}");
            }
            Value::Text(Some(v)) => escape(out, v),
            Value::Word(Some(v)) => escape(out, v),
            Value::Bool(Some(v)) => out.push(if *v { 't' } else { 'f' }),
            Value::Instant(Some(v)) => out.push_str(&instant_text(*v)),
            Value::Day(Some(v)) => {
                let _ = write!(out, "{v}");
            }
            Value::Time(Some(v)) => {
                let _ = write!(out, "{v}");
            }
            Value::Bytes(Some(v)) => {
                out.push_str("\\\\x");
                for byte in v {
                    let _ = write!(out, "{byte:02x}");
                }
            }
            Value::Int(None)
            | Value::Text(None)
            | Value::Word(None)
            | Value::Bool(None)
            | Value::Instant(None)
            | Value::Day(None)
            | Value::Time(None)
            | Value::Bytes(None) => out.push_str("\\N"),
        }
    }
    out.push('\n');
}

fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
}

/// After rows came with ids of their own, the next id must follow the highest. SQLite does that by itself.
pub async fn follow_ids(tx: &mut Tx, table: &str) -> Result<(), DbError> {
    if let Tx::Postgres(tx, _) = tx {
        let statement = format!(
            "select setval(pg_get_serial_sequence('{table}', 'id'), greatest((select max(id) from {table}), 1))"
        );
        tx.execute(statement.as_str()).await?;
    }
    Ok(())
}

/// More cache on SQLite's writer while much is written at once.
pub async fn widen(db: &Db, wide: bool) -> Result<(), DbError> {
    if let Db::Sqlite { write, .. } = db {
        let statement = if wide { "pragma cache_size = -400000" } else { "pragma cache_size = -4000" };
        write.execute(statement).await?;
    }
    Ok(())
}

/// Renews what the planner knows of the tables after much was written. Without it PostgreSQL reads a million rows where
/// it would look up five thousand.
pub async fn analyze(db: &Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite { write, .. } => {
            write.execute("pragma analysis_limit = 1000").await?;
            write.execute("analyze").await?;
            write.execute("pragma wal_checkpoint(truncate)").await?;
        }
        Db::Postgres { pool, .. } => {
            let mut connection = pool.acquire().await?;
            connection.execute("set statement_timeout = 0").await?;
            connection.execute("analyze").await?;
            connection.execute("reset statement_timeout").await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insertion_numbers_its_places() {
        let table = Table { name: "t", columns: &["a", "b"] };
        let numbered = |text: &mut String, place| text.push_str(&format!("${place}"));
        assert_eq!(insertion(table, 2, numbered), "insert into t (a, b) values ($1, $2), ($3, $4)");
        assert_eq!(insertion(table, 1, |text, _| text.push('?')), "insert into t (a, b) values (?, ?)");
    }

    #[test]
    fn text_for_copy_keeps_tabs_backslashes_and_nulls_apart() {
        let mut out = String::new();
        line(
            &mut out,
            &["a\tb\\N\n".into(), Value::Text(None), true.into(), 7_i64.into(), vec![0_u8, 255].into()],
        );
        assert_eq!(out, "a\\tb\\\\N\\n\t\\N\tt\t7\t\\\\x00ff\n");
    }
}
