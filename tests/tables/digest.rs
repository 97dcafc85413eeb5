//! The content of a whole database in a few words, to say that nothing has changed.

use std::collections::BTreeMap;

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::Clinic;
use crate::support::databases::postgres_tables;

/// What comes and goes with every request: sessions, the trail, who was seen when, jobs.
pub const RESTLESS: [&str; 7] =
    ["audit_entry", "audit_seal", "browser_session", "job", "known_device", "sign_in", "throttle"];

/// Looks at every table; kept open, for a story compares them hundreds of times.
pub struct Tables {
    db: Reader,
    /// One question for all tables: of each its name, how many rows it has and what stands in them.
    all: String,
}

enum Reader {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    /// The tables of a clinic.
    pub async fn of(clinic: &Clinic) -> Self {
        let (db, each): (_, Vec<String>) = if clinic.database_url.starts_with("sqlite:") {
            let url = format!("{}?mode=ro", clinic.database_url);
            let mut db = SqliteConnection::connect(&url).await.unwrap();
            let columns: Vec<(String, String)> = sqlx::query_as(
                "select t.name, group_concat('quote(\"' || c.name || '\")', '||'',''||')
                 from sqlite_master t, pragma_table_info(t.name) c
                 where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' group by t.name",
            )
            .fetch_all(&mut db)
            .await
            .unwrap();
            let each = columns.iter().map(|(name, columns)| {
                format!(
                    "select '{name}', count(*), coalesce(group_concat(line, '|'), '')
                     from (select {columns} as line from \"{name}\")"
                )
            });
            (Reader::Sqlite(db), each.collect())
        } else {
            let mut db = PgConnection::connect(&clinic.database_url).await.unwrap();
            let names = postgres_tables(&mut db).await;
            let each = names.iter().map(|name| {
                format!(
                    "select '{name}', count(*), coalesce(sum(hashtextextended(t::text, 0))::text, '') from {name} t"
                )
            });
            (Reader::Postgres(db), each.collect())
        };
        assert!(each.len() > 100, "only {} tables", each.len());
        Self { db, all: each.join(" union all ") }
    }

    /// Every table with the number of its rows and a digest of them.
    pub async fn now(&mut self) -> BTreeMap<String, String> {
        let tables: Vec<(String, i64, String)> = match &mut self.db {
            Reader::Sqlite(db) => sqlx::query_as(&self.all).fetch_all(db).await.unwrap(),
            Reader::Postgres(db) => sqlx::query_as(&self.all).fetch_all(db).await.unwrap(),
        };
        tables
            .into_iter()
            .map(|(name, rows, words)| (name, format!("{rows} rows, {:016x}", digest(&words))))
            .collect()
    }
}

fn digest(words: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// The tables that differ, but for those in `apart`.
pub fn changed(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    apart: &[&str],
) -> Vec<String> {
    let differs = |(name, was): (&String, &String)| {
        let is = after.get(name).map_or("gone", String::as_str);
        (is != was && !apart.contains(&name.as_str())).then(|| format!("{name}: {was}, then {is}"))
    };
    before.iter().filter_map(differs).collect()
}
