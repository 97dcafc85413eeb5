//! Copies are taken while the clinic works, are whole, and can be put back elsewhere (P16).

use std::time::Duration;

use super::{Node, file_in, program, run, sign_in, succeed, text};
use crate::support::databases::Postgres;

/// Keeps signing in, so that the copy is taken from a moving database.
fn load(port: u16) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let browser = crate::support::Browser::new(([127, 0, 0, 1], port).into());
            if sign_in(&browser, "doctor").await.is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    })
}

async fn saved_and_put_back(url: &str, elsewhere: &str) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&["demo", "--database-url", url]).await;
    let load = load(node.port);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let copy = folder.path().join("copy").display().to_string();
    succeed(&["backup", &copy, "--database-url", url]);
    // A copy is never written over.
    let twice = run(&["backup", &copy, "--database-url", url]);
    assert_eq!(twice.status.code(), Some(1), "{}", text(&twice.stderr));

    // A copy that is broken off leaves no file of that name.
    let broken = folder.path().join("broken").display().to_string();
    let mut child = program(&["backup", &broken, "--database-url", url]).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(15)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    if std::path::Path::new(&broken).exists() {
        std::fs::remove_file(folder.path().join("broken")).unwrap();
    }
    load.abort();
    node.kill();

    succeed(&["restore", &copy, "--database-url", elsewhere]);
    succeed(&["check", "--database-url", elsewhere]);
    let refused = run(&["restore", &copy, "--database-url", elsewhere]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--force"), "{}", text(&refused.stderr));
    succeed(&["restore", &copy, "--force", "--database-url", elsewhere]);
    succeed(&["check", "--database-url", elsewhere]);
    let restored = Node::start(&["demo", "--database-url", elsewhere]).await;
    assert!(sign_in(&restored.browser(), "reception").await.is_some());
    // While a node serves, nothing is put back under it on SQLite.
    if elsewhere.starts_with("sqlite:") {
        let held = run(&["restore", &copy, "--force", "--database-url", elsewhere]);
        assert!(text(&held.stderr).contains("open in another"), "{}", text(&held.stderr));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_taken_under_load_is_whole_elsewhere_sqlite() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    saved_and_put_back(&file_in(here.path()), &file_in(there.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_taken_under_load_is_whole_elsewhere_postgres() {
    let (Some(here), Some(there)) = (Postgres::empty().await, Postgres::empty().await) else { return };
    saved_and_put_back(&here, &there).await;
}

#[test]
fn a_file_that_is_no_copy_is_not_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holiday.jpg");
    std::fs::write(&file, b"not a database, just some bytes that somebody called a copy").unwrap();
    let url = file_in(folder.path());
    let refused = run(&["restore", &file.display().to_string(), "--database-url", &url]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    assert!(!folder.path().join("clinic.db").exists(), "nothing half restored");
}

/// A clinic that went on after its copy was taken, and then needs the copy: `check` tells of the restore and finds no
/// fault.
async fn put_back_where_newer_anchors_are(url: &str, anchors: &std::path::Path) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy").display().to_string();
    succeed(&["demo", "--fill-only", "--database-url", url]);
    succeed(&["backup", &copy, "--database-url", url]);
    let node = Node::start(&["demo", "--database-url", url]).await;
    assert!(sign_in(&node.browser(), "reception").await.is_some());
    crate::support::eventually(|| async { anchors.exists() }).await;
    node.kill();
    let told = succeed(&["restore", &copy, "--force", "--database-url", url]);
    assert!(told.contains("The audit chain goes on after link"), "{told}");
    let checked = succeed(&["check", "--database-url", url]);
    assert!(checked.contains("; restored at "), "{checked}");
    let twice = succeed(&["note-restore", "--database-url", url]);
    assert!(twice.contains("This node's anchors know of the restore"), "{twice}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_put_back_where_newer_anchors_are_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    put_back_where_newer_anchors_are(&file_in(folder.path()), &folder.path().join("audit-anchors.log")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_put_back_where_newer_anchors_are_postgres() {
    let Some(url) = Postgres::empty().await else { return };
    let name = url.rsplit_once('/').unwrap().1.to_owned();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    put_back_where_newer_anchors_are(&url, &folder.join("audit-anchors.log")).await;
}
