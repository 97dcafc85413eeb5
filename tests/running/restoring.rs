//! A copy takes the place of a clinic only when it is of use, and what was there is kept; `check` says what is missing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use infirmary::db::{Db, sql, sqlite_path};

use super::{Node, file_in, program, run, sign_in, succeed, text};
use crate::support::databases::Postgres;

/// Changes a database as somebody with its password can, also in ways that the program never would.
async fn change(url: &str, statements: &[&'static str]) {
    let db = Db::open(url, 2).await.unwrap();
    for statement in statements {
        sql(statement).run(&db).await.unwrap();
    }
    db.close().await;
}

async fn count(url: &str, statement: &'static str) -> i64 {
    let db = Db::open_reading(url).await.unwrap();
    let found = sql(statement).scalar(&db).await.unwrap();
    db.close().await;
    found
}

#[track_caller]
fn refused(arguments: &[&str], why: &str) {
    let output = run(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(said.contains(why), "{arguments:?}: {said}");
}

/// What a check prints of a database with a fault.
#[track_caller]
fn fault(url: &str, why: &str) {
    let output = run(&["check", "--database-url", url]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAULT") && said.contains(why), "{why}: {said}");
}

/// Files of a folder that a restore might leave.
fn left(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name.contains("part-") || name.contains("restore")).collect()
}

/// Copies that are not put back: of a newer version, and of another program. The clinic goes on as if nobody had tried.
async fn useless_copies(clinic: &str, newer: &str, other: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    succeed(&["demo", "--fill-only", "--database-url", clinic]);
    succeed(&["migrate", "--database-url", newer]);
    change(
        newer,
        &["insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
           select 99, 'later', installed_on, success, checksum, 1 from _sqlx_migrations where version = 1"],
    )
    .await;
    succeed(&["backup", &file("newer"), "--database-url", newer]);
    change(other, &["create table holiday (day bigint)"]).await;
    if let Some(path) = sqlite_path(other) {
        std::fs::copy(path, file("other")).unwrap();
    } else {
        succeed(&["backup", &file("other"), "--database-url", other]);
    }
    std::fs::write(file("photo"), b"not a database, just some bytes that somebody called a copy").unwrap();
    let patients = count(clinic, "select count(*) from patient").await;
    for (name, why) in [
        ("newer", "was written by a newer or another version"),
        ("other", "holds no clinic of this program"),
        ("photo", "is damaged"),
        ("missing", "No such file"),
    ] {
        refused(&["restore", &file(name), "--force", "--database-url", clinic], why);
    }
    assert_eq!(count(clinic, "select count(*) from patient").await, patients);
    succeed(&["check", "--database-url", clinic]);
    // Nor does anything of ours come into a database of somebody else.
    refused(&["migrate", "--database-url", other], "holds data of another program");
    refused(&["check", "--database-url", other], "there is no clinic to check");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_of_no_use_leaves_the_clinic_as_it_was_sqlite() {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let [clinic, newer, other] = [0, 1, 2].map(|at: usize| file_in(folders[at].path()));
    useless_copies(&clinic, &newer, &other).await;
    assert_eq!(left(folders[0].path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_of_no_use_leaves_the_clinic_as_it_was_postgres() {
    let (Some(clinic), Some(newer), Some(other)) =
        (Postgres::empty().await, Postgres::empty().await, Postgres::empty().await)
    else {
        return;
    };
    useless_copies(&clinic, &newer, &other).await;
    let empty = Postgres::empty().await.unwrap();
    refused(&["check", "--database-url", &empty], "the database is empty: there is no clinic to check");
}

/// After an upgrade that failed its people: tables that the copy does not know are not among its own afterwards.
async fn over_a_newer_clinic(url: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy").display().to_string();
    succeed(&["demo", "--fill-only", "--database-url", url]);
    succeed(&["backup", &copy, "--database-url", url]);
    change(
        url,
        &[
            "create table later (id bigint primary key, patient_id bigint references patient (id))",
            "insert into later values (1, 1)",
            "create table alone (id bigint primary key)",
        ],
    )
    .await;
    refused(&["restore", &copy, "--database-url", url], "--force");
    let told = succeed(&["restore", &copy, "--force", "--database-url", url]);
    let kept = told.split("is kept as ").nth(1).unwrap().split(". ").next().unwrap().to_owned();
    let again = succeed(&["check", "--database-url", url]);
    assert!(!again.contains("FAULT"), "{again}");
    change(url, &["create table later (id bigint)", "create table alone (id bigint)"]).await;
    kept
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_from_before_an_upgrade_is_put_back_and_the_newer_clinic_is_kept_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let kept = over_a_newer_clinic(&file_in(folder.path())).await;
    assert_eq!(count(&format!("sqlite:{kept}"), "select count(*) from later").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_from_before_an_upgrade_is_put_back_and_the_newer_clinic_is_kept_postgres() {
    let Some(url) = Postgres::empty().await else { return };
    let kept = over_a_newer_clinic(&url).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    assert_eq!(count(&format!("{server}/{kept}"), "select count(*) from later").await, 1);
    // Somebody who works with it is not thrown out.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy").display().to_string();
    succeed(&["backup", &copy, "--database-url", &url]);
    let node = Node::start(&["demo", "--database-url", &url]).await;
    refused(&["restore", &copy, "--force", "--database-url", &url], "is in use; stop every node");
    assert!(sign_in(&node.browser(), "doctor").await.is_some());
}

#[test]
fn a_damaged_file_is_said_and_a_copy_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let (file, copy) = (folder.path().join("clinic.db"), folder.path().join("copy").display().to_string());
    succeed(&["demo", "--fill-only", "--database-url", &url]);
    succeed(&["backup", &copy, "--database-url", &url]);
    let whole = std::fs::read(&file).unwrap();
    let middle = whole.len() / 2 / 4_096 * 4_096;
    for (from, to) in [(0, 4_096), (middle, middle + 40 * 4_096)] {
        let mut bytes = whole.clone();
        bytes[from..to].fill(0x5a);
        std::fs::write(&file, &bytes).unwrap();
        fault(&url, "FAULT  the file is whole");
        succeed(&["restore", &copy, "--force", "--database-url", &url]);
        succeed(&["check", "--database-url", &url]);
        let kept = left(folder.path());
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(std::fs::read(folder.path().join(&kept[0])).unwrap(), bytes, "kept as it was");
        std::fs::remove_file(folder.path().join(&kept[0])).unwrap();
    }
    // A copy with a damaged page is the one that is said to be.
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[middle..middle + 40 * 4_096].fill(0x5a);
    std::fs::write(&copy, &bytes).unwrap();
    refused(&["restore", &copy, "--force", "--database-url", &url], &format!("the copy {copy} is damaged"));
    succeed(&["check", "--database-url", &url]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_saved_is_read_by_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let node = Node::start(&["demo", "--database-url", &url]).await;
    assert!(sign_in(&node.browser(), "doctor").await.is_some());
    let key = folder.path().join("audit.key");
    crate::support::eventually(|| async { key.exists() }).await;
    let copy = folder.path().join("copy").display().to_string();
    succeed(&["backup", &copy, "--database-url", &url]);
    let trial = folder.path().join("trial.db").display().to_string();
    succeed(&["restore", &copy, "--database-url", &format!("sqlite:{trial}")]);
    for name in ["clinic.db", "clinic.db-wal", "copy", "trial.db", "audit.key"] {
        let file = std::fs::metadata(folder.path().join(name));
        let mode = file.unwrap_or_else(|error| panic!("{name}: {error}")).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_was_taken_away_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let lift = ["drop trigger audit_entry_no_delete", "drop trigger audit_seal_no_delete"];
    taken_away(&url, folder.path(), &lift, "audit_entry_no_delete is gone").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_was_taken_away_postgres() {
    let Some(url) = Postgres::empty().await else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(url.rsplit_once('/').unwrap().1);
    let lift = [
        "alter table audit_entry disable trigger audit_entry_append_only",
        "drop trigger audit_seal_append_only on audit_seal",
    ];
    taken_away(&url, &folder, &lift, "audit_entry_append_only is gone").await;
}

/// Ways to weaken a guard that stays there by name, with the way back and what `check` calls it.
fn weakened(url: &str) -> Vec<(Vec<&'static str>, Vec<&'static str>, &'static str)> {
    let mut ways = vec![(
        vec!["drop index faculty_name_unique", "create index faculty_name_unique on faculty (name)"],
        vec!["drop index faculty_name_unique", "create unique index faculty_name_unique on faculty (name)"],
        "index faculty_name_unique",
    )];
    if url.starts_with("sqlite:") {
        ways.push((
            vec![
                "drop trigger audit_seal_no_update",
                "create trigger audit_seal_no_update before update on audit_seal begin select 1; end",
            ],
            vec![
                "drop trigger audit_seal_no_update",
                "create trigger audit_seal_no_update before update on audit_seal
                 begin select raise(abort, 'audit_seal_append_only'); end",
            ],
            "trigger audit_seal_no_update",
        ));
        return ways;
    }
    ways.push((
        vec!["create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$"],
        vec![
            "create or replace function refuse_change() returns trigger language plpgsql as $$
             begin raise exception '%_append_only', tg_table_name; end $$",
        ],
        "function refuse_change",
    ));
    ways.push((
        vec![
            "drop trigger audit_seal_append_only on audit_seal",
            "create trigger audit_seal_append_only before delete on audit_seal for each row execute function refuse_change()",
        ],
        vec![
            "drop trigger audit_seal_append_only on audit_seal",
            "create trigger audit_seal_append_only before delete or update on audit_seal
             for each row execute function refuse_change()",
        ],
        "trigger audit_seal_append_only",
    ));
    ways
}

async fn taken_away(url: &str, folder: &Path, lift: &[&'static str], gone: &str) {
    let node = Node::start(&["demo", "--database-url", url]).await;
    assert!(sign_in(&node.browser(), "doctor").await.is_some());
    let (log, key) = (folder.join("audit-anchors.log"), folder.join("audit.key"));
    crate::support::eventually(|| async { log.exists() }).await;
    assert_eq!(node.terminate().await.1, Some(0));
    let whole = succeed(&["check", "--database-url", url]);
    assert!(!whole.contains("note "), "{whole}");

    // Another folder knows nothing of the chain, and is told so.
    let elsewhere = tempfile::tempdir().unwrap();
    let output =
        program(&["check", "--database-url", url]).env("DATA_DIR", elsewhere.path()).output().unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success() && said.contains("a cut tail cannot be seen here"), "{said}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "a check makes nothing");

    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    fault(url, "audit.key is missing");
    assert!(!key.exists(), "a check makes no key");
    std::fs::write(&key, &kept[..31]).unwrap();
    fault(url, "audit.key does not hold 32 bytes");
    std::fs::write(&key, &kept).unwrap();
    succeed(&["check", "--database-url", url]);

    // Guards that are there, and say something else: what a trigger refuses, what is unique, what may be written.
    for (again, as_before, name) in weakened(url) {
        change(url, &again).await;
        fault(url, &format!("{name} is not what it was made as"));
        change(url, &as_before).await;
        succeed(&["check", "--database-url", url]);
    }
    change(url, lift).await;
    fault(url, gone);
    std::fs::remove_file(&log).unwrap();
    change(url, &["delete from audit_seal", "delete from audit_entry"]).await;
    fault(url, "audit-anchors.log is not: the anchors were taken away");
    std::fs::remove_file(&key).unwrap();
    fault(url, "FAULT  whoever is known stands in a trail that is not empty");
    fault(url, "FAULT  every sign-in is told in the trail");
}
