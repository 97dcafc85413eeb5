//! Databases of one story: each is a copy of a migrated template that the first story to come makes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use infirmary::db::{Db, DbKind, dialect, sql};
use sqlx::{Connection, Executor, PgConnection};

/// A migrated SQLite file in `folder`.
pub async fn sqlite(folder: &Path) -> String {
    let file = folder.join("clinic.db");
    std::fs::copy(sqlite_template().await, &file).unwrap();
    format!("sqlite:{}", file.display())
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

/// A migrated PostgreSQL database.
pub async fn postgres() -> Option<String> {
    let Ok(server) = std::env::var("INFIRMARY_TEST_POSTGRES") else {
        assert!(
            std::env::var("INFIRMARY_TEST_ALL").is_err(),
            "INFIRMARY_TEST_POSTGRES must name a server when everything is to be tested"
        );
        eprintln!("left out: INFIRMARY_TEST_POSTGRES names no server (scripts/test starts one)");
        return None;
    };
    let template = format!("infirmary_template_{}", schema_digest("postgres"));
    let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    admin.execute("select pg_advisory_lock(4711)").await.unwrap();
    let made: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(&template)
        .fetch_optional(&mut admin)
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
    let name = format!("infirmary_test_{:016x}", rand::random::<u64>());
    admin.execute(format!("create database {name} template {template}").as_str()).await.unwrap();
    admin.execute("select pg_advisory_unlock(4711)").await.unwrap();
    Some(format!("{server}/{name}"))
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
    let folder = tempfile::tempdir().unwrap();
    let empty =
        if url.starts_with("sqlite:") { sqlite(folder.path()).await } else { postgres().await.unwrap() };
    let (expected, found) = (guards(&empty).await, guards(url).await);
    assert!(expected.len() > 300, "only {} guards", expected.len());
    let apart: Vec<_> = expected.symmetric_difference(&found).collect();
    assert!(apart.is_empty(), "{apart:#?}");
}
