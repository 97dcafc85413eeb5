//! Several nodes on one PostgreSQL, and a database that goes away for a while.

use std::time::Duration;

use infirmary::db::{Db, dialect, sql};
use sqlx::{Connection, Executor, PgConnection};

use std::sync::Arc;

use super::cluster::Cluster;
use super::history::{History, counts};
use super::load::{Crowd, REPEATS, slots};
use super::{Node, sign_in, succeed};
use crate::support::databases::Postgres;
use crate::support::dice;

/// P17: two nodes that start together on an empty database bring it up to date once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_start_together_migrate_once() {
    for _ in 0..3 {
        let Some(url) = Postgres::empty().await else { return };
        let mut first = Node::launch(&["serve", "--database-url", &url]);
        let mut second = Node::launch(&["serve", "--database-url", &url]);
        first.wait_until_ready().await;
        second.wait_until_ready().await;
        let db = Db::open_reading(&url).await.unwrap();
        let clinics: i64 = sql("select count(*) from clinic").scalar(&db).await.unwrap();
        let files = std::fs::read_dir(super::super::tables::root().join("migrations/postgres"))
            .unwrap()
            .count() as i64;
        let applied: i64 =
            sql("select count(*) from _sqlx_migrations where success").scalar(&db).await.unwrap();
        assert_eq!((clinics, applied), (1, files));
        db.close().await;
        succeed(&["check", "--database-url", &url]);
    }
}

/// Somebody who signs in on one node is signed in on the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_on_one_node_holds_on_the_other() {
    let Some(url) = Postgres::empty().await else { return };
    let first = Node::start(&["demo", "--database-url", &url]).await;
    let second = Node::start(&["demo", "--database-url", &url]).await;
    let browser = first.browser();
    sign_in(&browser, "doctor").await.unwrap();
    let there = second.browser();
    let request = there.request(reqwest::Method::GET, "/audit").header("cookie", browser.cookies());
    assert_eq!(there.send(request, "/audit").await.status, 403, "known, and not an administrator");
}

/// P15: when the database cuts every connection and refuses new ones for a while, the node heals by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_went_away_needs_no_restart_of_the_node() {
    let Some(url) = Postgres::empty().await else { return };
    let node = Node::start(&["demo", "--database-url", &url]).await;
    let (server, name) = url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    for _ in 0..3 {
        let cut = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        admin.execute(format!("alter database {name} allow_connections false").as_str()).await.unwrap();
        admin.execute(cut.as_str()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!node.is_ready().await, "not ready without its database");
        admin.execute(format!("alter database {name} allow_connections true").as_str()).await.unwrap();
        let began = std::time::Instant::now();
        while !node.is_ready().await {
            assert!(began.elapsed() < Duration::from_secs(10), "back within 10 seconds");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(sign_in(&node.browser(), "nurse").await.is_some());
    }
    succeed(&["check", "--database-url", &url]);
}

/// Whoever watches is told when the other nodes cannot be heard and when they are again, and not each second between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_once_when_it_begins_and_once_when_it_ends() {
    let Some(url) = Postgres::empty().await else { return };
    let db = Db::open(&url, 4).await.unwrap();
    let mut heard = dialect::listen(&db).await.unwrap().unwrap();
    let (server, name) = url.rsplit_once('/').unwrap();
    let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    let cut = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    admin.execute(format!("alter database {name} allow_connections false").as_str()).await.unwrap();
    admin.execute(cut.as_str()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(heard.try_recv().as_deref(), Ok(""), "it begins");
    assert!(heard.try_recv().is_err(), "it goes on");
    admin.execute(format!("alter database {name} allow_connections true").as_str()).await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(15), heard.recv()).await.unwrap();
    assert_eq!(again.as_deref(), Some(""), "it ends");
    dialect::notify(&db, "settings").await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(5), heard.recv()).await.unwrap();
    assert_eq!(told.as_deref(), Some("settings"));
    db.close().await;
}

/// P15: the server is stopped hard under load and started again, three times; the node goes on without a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_that_crashes_under_load_loses_nothing_acknowledged() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.url();
    succeed(&["demo", "--database-url", &url, "--fill-only"]);
    let before = counts(&url).await;
    let folder = tempfile::tempdir().unwrap();
    let history = Arc::new(History::new(folder.path()));
    let slots = slots(&url).await;
    let (seed, mut dice) = dice();
    let node = Node::start(&["demo", "--database-url", &url]).await;
    let crowd = Crowd::at(node.port, &history, &slots, &super::load::there(&url).await, &mut dice);
    let mut slowest = Duration::ZERO;
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        cluster.breaks();
        // A short outage is waited for; a longer one is said after some seconds.
        if round == 0 {
            let browser = node.browser();
            let sent = browser.post("/sign-in", &[("name", "nurse"), ("password", "x")]);
            let (ready, turned_away) = futures::join!(node.is_ready(), sent);
            assert!(!ready, "not ready without its database");
            assert_eq!(turned_away.expect(503).heading(), "The clinic's database cannot be reached");
        }
        cluster.begins();
        let began = std::time::Instant::now();
        while !node.is_ready().await || sign_in(&node.browser(), "lab").await.is_none() {
            assert!(began.elapsed() < Duration::from_secs(10), "back within 10 seconds");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max(began.elapsed());
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    crowd.ends(true).await;
    let acknowledged = history.hold_against(&url, seed).await;
    eprintln!("3 crashes, back within {slowest:?}, acknowledged and kept: {acknowledged:?}");
    assert!(
        acknowledged.values().sum::<usize>() >= 50,
        "seed {seed}: the load was too light: {acknowledged:?}; {REPEATS}"
    );
    assert_eq!(node.terminate().await.1, Some(0));
    succeed(&["check", "--database-url", &url]);
    counts(&url).await.match_since(&before, seed);
}
