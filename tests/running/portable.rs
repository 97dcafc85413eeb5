//! The clinic's data leave in a file and arrive in the other database, row by row as they were (P19).

use std::path::Path;

use infirmary::db::{Db, sql};

use crate::support::databases;

use super::{Node, file_in, run, sign_in, succeed, text};
use crate::support::databases::Postgres;

/// Words that a file format may trip over.
const ODD: &str = "Tab\t, \"quotes\", \\N, a line\nand another, Ọládọ̀kún, \u{1f600}, $1 ; -- '";

/// The hash that a command printed.
fn content(out: &str) -> String {
    let hash = out.split("content ").nth(1).unwrap_or_else(|| panic!("no hash in {out}"));
    hash.chars().take_while(char::is_ascii_hexdigit).collect()
}

fn export(url: &str, folder: &Path, name: &str) -> (String, String) {
    let file = folder.join(name).display().to_string();
    let hash = content(&succeed(&["export", &file, "--database-url", url]));
    (file, hash)
}

/// The lines of a file without the trail, which notes the arrival itself.
fn without_trail(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut inside = false;
    let mut kept = Vec::new();
    for line in text.lines() {
        if line.starts_with("{\"table\"") {
            inside = line.starts_with("{\"table\":\"audit");
        }
        if !inside && !line.starts_with("{\"rows\"") {
            kept.push(line.to_owned());
        }
    }
    kept
}

async fn odd_words_and_a_reservation(url: &str) {
    let db = Db::open(url, 2).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sql("update clinic set notice = $1").bind(ODD).run(&mut tx).await.unwrap();
    // What a trigger compares with what lies there arrives with it.
    let reserved = sql("insert into stock_reservation (line_id, item_id, store_id, quantity, until, day, at, account_name)
         select l.id, v.item_id, v.store_id, 1, l.valid_until, l.valid_until, l.signed_at, ''
         from prescription_line l join stock_item i on i.medicine_id = l.medicine_id
         join stock_level v on v.item_id = i.id and v.store_id = 1 and v.on_hand > 0
         join stock_batch b on b.id = v.batch_id and b.expiry > l.valid_until and b.held_at is null and b.recalled_at is null
         where l.state = 'partly' on conflict (line_id) do nothing")
    .run(&mut tx)
    .await
    .unwrap();
    assert!(reserved > 0, "nothing is owed in the demo");
    tx.commit().await.unwrap();
    db.close().await;
}

/// What must never be possible is impossible again.
async fn is_guarded(url: &str) {
    let db = Db::open(url, 2).await.unwrap();
    for text in ["delete from stock_movement", "update visit set patient_id = 999999999"] {
        let mut tx = db.begin().await.unwrap();
        let refused = sql(text).run(&mut tx).await.is_err() || tx.commit().await.is_err();
        assert!(refused, "{text}");
    }
    db.close().await;
    databases::has_every_guard(url).await;
}

async fn goes_there_and_back(here: &str, there: &str, back: &str) {
    let folder = tempfile::tempdir().unwrap();
    succeed(&["demo", "--fill-only", "--database-url", here]);
    odd_words_and_a_reservation(here).await;
    let (file, hash) = export(here, folder.path(), "first");
    let rows = std::fs::read_to_string(&file).unwrap().lines().filter(|line| line.starts_with('[')).count();
    assert!(rows > 10_000, "{rows} rows");

    let arrived = succeed(&["import", &file, "--database-url", there]);
    assert_eq!(content(&arrived), hash);
    succeed(&["check", "--database-url", there]);
    let (second, _) = export(there, folder.path(), "second");
    assert_eq!(without_trail(&second), without_trail(&file));
    is_guarded(there).await;
    let node = Node::start(&["demo", "--database-url", there]).await;
    assert!(sign_in(&node.browser(), "doctor").await.is_some());
    node.kill();

    // What came back from the other database is what had left, and people work on with it.
    let (third, hash) = export(there, folder.path(), "third");
    assert_eq!(content(&succeed(&["import", &third, "--database-url", back])), hash);
    succeed(&["check", "--database-url", back]);
    let node = Node::start(&["demo", "--database-url", back]).await;
    assert!(sign_in(&node.browser(), "reception").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p19_a_clinic_moves_to_postgresql_and_back_unchanged() {
    let Some(there) = Postgres::empty().await else { return };
    let (here, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    goes_there_and_back(&file_in(here.path()), &there, &file_in(back.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p19_a_clinic_moves_to_sqlite_and_back_unchanged() {
    let (Some(here), Some(back)) = (Postgres::empty().await, Postgres::empty().await) else { return };
    let there = tempfile::tempdir().unwrap();
    goes_there_and_back(&here, &file_in(there.path()), &back).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p19_no_column_of_any_table_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    succeed(&["migrate", "--database-url", &url]);
    let (file, _) = export(&url, folder.path(), "clinic.jsonl");
    let written = std::fs::read_to_string(&file).unwrap();
    let mut there = std::collections::BTreeSet::new();
    for line in written.lines().filter(|line| line.starts_with("{\"table\"")) {
        let heading: serde_json::Value = serde_json::from_str(line).unwrap();
        for column in heading["columns"].as_array().unwrap() {
            there
                .insert((heading["table"].as_str().unwrap().to_owned(), column.as_str().unwrap().to_owned()));
        }
    }
    let db = Db::open(&url, 2).await.unwrap();
    let stored: Vec<(String, String)> =
        sql("select t.name, c.name from sqlite_master t join pragma_table_xinfo(t.name) c
             where t.type = 'table' and c.hidden = 0 and substr(t.name, 1, 1) <> '_' and substr(t.name, 1, 7) <> 'sqlite_'
                and t.name <> 'browser_session'")
        .all(&db)
        .await
        .unwrap();
    db.close().await;
    assert!(stored.len() > 1_000, "{}", stored.len());
    let stored: std::collections::BTreeSet<_> = stored.into_iter().collect();
    let apart: Vec<_> = stored.symmetric_difference(&there).collect();
    assert!(apart.is_empty(), "{apart:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p19_a_file_that_was_changed_or_cut_leaves_the_database_as_it_was() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let url = file_in(here.path());
    succeed(&["demo", "--fill-only", "--database-url", &url]);
    let (file, _) = export(&url, here.path(), "clinic.jsonl");
    let twice = run(&["export", &file, "--database-url", &url]);
    assert!(text(&twice.stderr).contains("exists already"), "{}", text(&twice.stderr));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "nobody else reads it");

    let whole = std::fs::read_to_string(&file).unwrap();
    let half: String = whole.lines().take(2_000).map(|line| format!("{line}\n")).collect();
    let older = whole.replacen("\"migrations\":[1,", "\"migrations\":[", 1);
    let elsewhere = file_in(there.path());
    for (name, content, why) in [
        (
            "changed",
            whole.replacen("Health Services Road", "Wealth Services Road", 1),
            "changed after it was written",
        ),
        ("cut", half, "end is missing"),
        ("older", older, "another version"),
        ("photo", "no export at all\n".to_owned(), "no export"),
    ] {
        assert!(content != whole, "{name}");
        let path = here.path().join(name);
        std::fs::write(&path, content).unwrap();
        let refused = run(&["import", &path.display().to_string(), "--database-url", &elsewhere]);
        assert_eq!(refused.status.code(), Some(1), "{name}");
        assert!(text(&refused.stderr).contains(why), "{name}: {}", text(&refused.stderr));
    }
    let db = Db::open(&elsewhere, 2).await.unwrap();
    let people: i64 = sql("select count(*) from account").scalar(&db).await.unwrap();
    let triggers: i64 =
        sql("select count(*) from sqlite_master where type = 'trigger'").scalar(&db).await.unwrap();
    assert_eq!(people, 0);
    assert!(triggers > 50, "{triggers} guards are still there");
    db.close().await;
    drop(db);

    succeed(&["import", &file, "--database-url", &elsewhere]);
    let occupied = run(&["import", &file, "--database-url", &elsewhere]);
    assert!(text(&occupied.stderr).contains("already holds a clinic"), "{}", text(&occupied.stderr));
    let db = Db::open(&elsewhere, 2).await.unwrap();
    let after: i64 =
        sql("select count(*) from sqlite_master where type = 'trigger'").scalar(&db).await.unwrap();
    assert_eq!(after, triggers, "every guard came back");
}
