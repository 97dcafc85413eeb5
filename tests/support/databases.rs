//! Databases of one story: each is a copy of a migrated template that the first story to come makes.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use infirmary::db::{Db, DbKind, dialect, sql};
use sqlx::{Connection, Executor, PgConnection};

/// Where the data of one story are; gone with it.
pub struct Place {
    /// The database's address.
    pub url: String,
    folder: tempfile::TempDir,
    database: Option<Arc<Postgres>>,
}

impl Place {
    /// A folder with a migrated SQLite file.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clinic.db");
        std::fs::copy(sqlite_template().await, &file).unwrap();
        Self { url: format!("sqlite:{}", file.display()), folder, database: None }
    }

    /// A folder and a migrated PostgreSQL database, if there is a server.
    pub async fn postgres() -> Option<Self> {
        let database = Postgres::migrated().await?;
        let (url, folder) = (database.url.clone(), tempfile::tempdir().unwrap());
        Some(Self { url, folder, database: Some(Arc::new(database)) })
    }

    /// The same PostgreSQL database, and a folder of its own.
    pub fn beside(&self) -> Self {
        let (url, database) = (self.url.clone(), self.database.clone());
        assert!(database.is_some(), "SQLite has one process");
        Self { url, folder: tempfile::tempdir().unwrap(), database }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The migrated file that others are copied from. Of those who come at once each makes it, and the last one's stays.
async fn sqlite_template() -> PathBuf {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = shared.join(format!("template_{:08x}.db", schema_digest("sqlite")));
    if !template.exists() {
        let draft = tempfile::tempdir_in(shared).unwrap();
        let file = draft.path().join("clinic.db");
        let db = Db::open(&format!("sqlite:{}", file.display()), 1).await.unwrap();
        db.migrate().await.unwrap();
        let whole = draft.path().join("whole.db");
        assert!(dialect::copy_to(&db, &whole).await.unwrap());
        std::fs::rename(whole, &template).unwrap();
    }
    template
}

/// The server that `INFIRMARY_TEST_POSTGRES` names.
fn server() -> Option<String> {
    let Ok(server) = std::env::var("INFIRMARY_TEST_POSTGRES") else {
        assert!(
            std::env::var("INFIRMARY_TEST_ALL").is_err(),
            "INFIRMARY_TEST_POSTGRES must name a server when everything is to be tested"
        );
        eprintln!("left out: INFIRMARY_TEST_POSTGRES names no server (scripts/test starts one)");
        return None;
    };
    Some(server)
}

/// A PostgreSQL database of one story, dropped after it: each takes 20 MB, and there are hundreds of stories.
/// Stands for its address.
pub struct Postgres {
    url: String,
    server: String,
    name: String,
}

impl Postgres {
    /// Without tables, if there is a server.
    pub async fn empty() -> Option<Self> {
        let server = server()?;
        let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        Some(Self::made(server, &mut admin, "").await)
    }

    /// With the tables of a clinic, if there is a server.
    pub async fn migrated() -> Option<Self> {
        let server = server()?;
        let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        admin.execute("select pg_advisory_lock(4711)").await.unwrap();
        let template = postgres_template(&server, &mut admin).await;
        // Copied as files, without a word of it in the log of what was written.
        let made = Self::made(server, &mut admin, &format!("template {template} strategy file_copy")).await;
        admin.execute("select pg_advisory_unlock(4711)").await.unwrap();
        Some(made)
    }

    async fn made(server: String, admin: &mut PgConnection, like: &str) -> Self {
        let name = format!("infirmary_test_{:016x}", rand::random::<u64>());
        admin.execute(format!("create database {name} {like}").as_str()).await.unwrap();
        Self { url: format!("{server}/{name}"), server, name }
    }
}

/// The tables of the PostgreSQL database that `db` is connected to.
pub async fn postgres_tables(db: &mut PgConnection) -> Vec<String> {
    let named = "select table_name::text from information_schema.tables
                 where table_schema = 'public' and table_type = 'BASE TABLE'";
    sqlx::query_scalar(named).fetch_all(db).await.unwrap()
}

impl Deref for Postgres {
    type Target = str;

    fn deref(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let (admin, name) = (format!("{}/postgres", self.server), self.name.clone());
        // On a thread of its own: nobody may wait for a future inside of a runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&admin).await?;
                // With what a restore kept of it.
                let beside = "select datname::text from pg_database where starts_with(datname::text, $1)";
                let all: Vec<String> = sqlx::query_scalar(beside).bind(&name).fetch_all(&mut admin).await?;
                for name in all {
                    admin.execute(format!("drop database {name} with (force)").as_str()).await?;
                }
                Ok::<(), sqlx::Error>(())
            })
        });
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("{} stays: {error}", self.name);
        }
    }
}

/// The migrated database that others are copied from; who asks holds the lock of it.
async fn postgres_template(server: &str, admin: &mut PgConnection) -> String {
    let template = format!("infirmary_template_{}", schema_digest("postgres"));
    let made: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(&template)
        .fetch_optional(&mut *admin)
        .await
        .unwrap();
    if made.is_none() {
        let draft = format!("{template}_draft");
        admin.execute(format!("drop database if exists {draft}").as_str()).await.unwrap();
        admin.execute(format!("create database {draft}").as_str()).await.unwrap();
        let db = Db::open(&format!("{server}/{draft}"), 1).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        // The server takes a moment to see that the draft's last connection is closed.
        let rename = format!("alter database {draft} rename to {template}");
        let end = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{draft}'");
        for tries in 0.. {
            // Renaming waits five seconds for each session that lingers, so none may.
            admin.execute(end.as_str()).await.unwrap();
            match admin.execute(rename.as_str()).await {
                Ok(_) => break,
                Err(error) if tries == 20 => panic!("{error}"),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            }
        }
    }
    template
}

/// Changes whenever a migration does, so that an old template is not used again.
fn schema_digest(kind: &str) -> u32 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let bytes = names.iter().flat_map(|path| std::fs::read(path).unwrap());
    bytes.fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619))
}

/// Every trigger, index and reference of a database, in its own words.
pub async fn guards(url: &str) -> BTreeSet<String> {
    let db = Db::open_reading(url).await.unwrap();
    let all = match db.kind() {
        DbKind::Sqlite => {
            "select sql from sqlite_master where type in ('trigger', 'index') and sql is not null"
        }
        DbKind::Postgres => {
            "select pg_get_triggerdef(t.oid) from pg_trigger t where not t.tgisinternal and t.tgenabled = 'O'
             union all select conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) from pg_constraint
                where connamespace = 'public'::regnamespace and convalidated
             union all select indexdef from pg_indexes where schemaname = 'public'"
        }
    };
    let found = sql(all).scalars(&db).await.unwrap().into_iter().collect();
    db.close().await;
    found
}

/// That nothing is missing of what guards an empty clinic of the same kind.
pub async fn has_every_guard(url: &str) {
    let sqlite = url.starts_with("sqlite:");
    let empty = if sqlite { Place::sqlite().await } else { Place::postgres().await.unwrap() };
    let (expected, found) = (guards(&empty.url).await, guards(url).await);
    assert!(expected.len() > 300, "only {} guards", expected.len());
    let apart: Vec<_> = expected.symmetric_difference(&found).collect();
    assert!(apart.is_empty(), "{apart:#?}");
}
