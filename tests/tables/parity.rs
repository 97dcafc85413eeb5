//! Both databases have the same tables, columns, nullability and indexes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, PgConnection, SqliteConnection};

use super::{none, root};
use crate::support::{Clinic, databases};

/// Constraints that PostgreSQL keeps as an index and SQLite as triggers.
const AS_TRIGGERS: [&str; 3] = ["availability_overlap", "slot_overlap", "appointment_overlap"];

#[test]
fn both_databases_have_migrations_of_the_same_names() {
    let names = |kind: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(kind);
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

type Columns = BTreeMap<String, bool>;

#[derive(Default)]
struct Schema {
    tables: BTreeMap<String, Columns>,
    indexes: BTreeSet<String>,
}

async fn sqlite() -> Schema {
    let clinic = Clinic::on_sqlite().await;
    let mut db = SqliteConnection::connect(&format!("{}?mode=ro", clinic.database_url)).await.unwrap();
    let columns: Vec<(String, String, bool)> = sqlx::query_as(
        "select t.name, c.name, c.\"notnull\" = 1 or c.pk > 0 from sqlite_master t join pragma_table_xinfo(t.name) c
         where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' and t.name not like '\\_%' escape '\\'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let indexes: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'index' and sql is not null")
            .fetch_all(&mut db)
            .await
            .unwrap();
    schema(columns, indexes)
}

async fn postgres() -> Option<Schema> {
    let clinic = Clinic::on_postgres().await?;
    let mut db = PgConnection::connect(&clinic.database_url).await.unwrap();
    let columns: Vec<(String, String, bool)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text, c.is_nullable = 'NO' from information_schema.columns c
         join information_schema.tables t using (table_schema, table_name)
         where table_schema = 'public' and t.table_type = 'BASE TABLE' and table_name not like '\\_%'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let indexes: Vec<String> = sqlx::query_scalar(
        "select indexname::text from pg_indexes where schemaname = 'public' and indexname not like '%\\_pkey'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    Some(schema(columns, indexes))
}

fn schema(columns: Vec<(String, String, bool)>, indexes: Vec<String>) -> Schema {
    let mut schema = Schema::default();
    for (table, column, filled) in columns {
        schema.tables.entry(table).or_default().insert(column, filled);
    }
    schema.indexes = indexes.into_iter().filter(|name| !AS_TRIGGERS.contains(&name.as_str())).collect();
    schema
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_shape() {
    let Some(postgres) = postgres().await else { return };
    let sqlite = sqlite().await;
    let mut faults = Vec::new();
    let tables: BTreeSet<&String> = sqlite.tables.keys().chain(postgres.tables.keys()).collect();
    for table in tables {
        let (Some(here), Some(there)) = (sqlite.tables.get(table), postgres.tables.get(table)) else {
            faults.push(format!("{table} is in one database only"));
            continue;
        };
        for column in here.keys().chain(there.keys()).collect::<BTreeSet<_>>() {
            if here.get(column) != there.get(column) {
                let words = |filled: Option<&bool>| match filled {
                    Some(true) => "not null",
                    Some(false) => "nullable",
                    None => "missing",
                };
                faults.push(format!(
                    "{table}.{column}: {} on SQLite, {} on PostgreSQL",
                    words(here.get(column)),
                    words(there.get(column))
                ));
            }
        }
    }
    faults.extend(
        sqlite
            .indexes
            .symmetric_difference(&postgres.indexes)
            .map(|name| format!("index {name} is in one database only")),
    );
    none(&faults);
}

/// A filling sets guards aside: afterwards none is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_demo_has_every_guard_of_an_empty_clinic() {
    databases::has_every_guard(&Clinic::demo_on_sqlite().await.database_url).await;
    if let Some(clinic) = Clinic::demo_on_postgres().await {
        databases::has_every_guard(&clinic.database_url).await;
    }
}
