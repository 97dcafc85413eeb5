//! Whether the database still guards itself as its schema says: a trigger that was dropped, switched off or made to do
//! something else refuses nothing, and no row shows it.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, SqliteConnection};

use super::connect::{POSTGRES, SQLITE};
use super::{Db, DbError};

/// What guards, by kind and name, and in which words.
type Guards = BTreeMap<String, String>;

const SEEN: &str = "select version from _sqlx_migrations";
/// SQLite keeps the words in which each was made.
const ON_SQLITE: &str = "select type || ' ' || name, sql from sqlite_master where sql is not null";
/// PostgreSQL keeps the words of functions only; the rest it tells in words of its own.
const ON_POSTGRES: &str = "select 'trigger ' || tgname, lower(pg_get_triggerdef(oid, true)) from pg_trigger
        where not tgisinternal and tgenabled in ('O', 'A')
    union all select 'function ' || proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
    union all select 'index ' || i.indexrelid::regclass, case when i.indisunique then 'unique' else '' end
        from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indisvalid and c.relnamespace = 'public'::regnamespace
    union all select 'constraint ' || conname, '' from pg_constraint
        where convalidated and connamespace = 'public'::regnamespace";

/// What guards in the schema of this database and is gone from it, switched off, or no longer in the schema's words: triggers with
/// what they run, indexes, constraints. On PostgreSQL, of a trigger everything but its condition, of a constraint its name.
pub async fn departures(db: &Db) -> Result<Vec<String>, DbError> {
    let (made, there): (Guards, Vec<(String, String)>) = match db {
        Db::Sqlite { sessions, .. } => {
            let seen: Vec<i64> = sqlx::query_scalar(SEEN).fetch_all(sessions).await?;
            let mut fresh = SqliteConnection::connect("sqlite::memory:").await?;
            for text in steps(&SQLITE, &seen) {
                fresh.execute(text).await?;
            }
            let made: Vec<(String, String)> = sqlx::query_as(ON_SQLITE).fetch_all(&mut fresh).await?;
            (made.into_iter().collect(), sqlx::query_as(ON_SQLITE).fetch_all(sessions).await?)
        }
        Db::Postgres { pool, .. } => {
            let seen: Vec<i64> = sqlx::query_scalar(SEEN).fetch_all(pool).await?;
            let made = steps(&POSTGRES, &seen).flat_map(guards_of).collect();
            let mut there: Vec<(String, String)> = sqlx::query_as(ON_POSTGRES).fetch_all(pool).await?;
            for (name, words) in &mut there {
                if name.starts_with("trigger ") {
                    *words = trigger(&words.split_whitespace().collect::<Vec<_>>());
                }
            }
            (made, there)
        }
    };
    let there: Guards = there.into_iter().collect();
    Ok(made
        .iter()
        .filter_map(|(name, words)| match there.get(name) {
            None => Some(format!("{name} is gone or switched off")),
            Some(others) if plain(others) != plain(words) => {
                Some(format!("{name} is not what it was made as"))
            }
            Some(_) => None,
        })
        .collect())
}

fn steps<'a>(schema: &'a Migrator, seen: &'a [i64]) -> impl Iterator<Item = &'a str> {
    schema.iter().filter(|step| seen.contains(&step.version)).map(|step| &*step.sql)
}

/// The words without comments, and with single blanks between them.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("--").map_or(line, |(before, _)| before));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The guards that a step of PostgreSQL's schema makes, as [`ON_POSTGRES`] tells them.
fn guards_of(step: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut outside = String::new();
    for (at, part) in step.split("$$").enumerate() {
        if at % 2 == 0 {
            outside.push_str(&plain(part));
            outside.push(' ');
        } else if let Some((_, head)) = outside.rsplit_once("function ") {
            let name = head.split('(').next().unwrap_or_default();
            found.push((format!("function {name}"), part.to_owned()));
        }
    }
    for statement in outside.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        match words.as_slice() {
            ["create", "trigger", name, ..] => found.push((format!("trigger {name}"), trigger(&words))),
            ["create", "index", name, ..] => found.push((format!("index {name}"), String::new())),
            ["create", "unique", "index", name, ..] => {
                found.push((format!("index {name}"), "unique".to_owned()));
            }
            _ => {
                let named = words.windows(2).filter(|pair| pair[0] == "constraint").map(|pair| pair[1]);
                found.extend(named.map(|name| (format!("constraint {name}"), String::new())));
            }
        }
    }
    found
}

/// When a trigger acts, on which table, and what it runs.
fn trigger(words: &[&str]) -> String {
    let at = |word: &str| words.iter().position(|one| *one == word).unwrap_or(words.len());
    let after = |word: &str| words.get(at(word) + 1).copied().unwrap_or_default();
    let mut when: Vec<&str> = words.iter().take(at("on")).skip(3).copied().collect();
    // The server tells several events in an order of its own.
    when.sort_unstable();
    format!("{} on {} runs {}", when.join(" "), after("on"), after("function"))
}
