//! Restarts are not noticed (P33), and a start that is broken off does no harm (P17).

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use infirmary::web::paths::queue as paths;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

use super::{Node, file_in, program, sign_in, succeed};
use crate::support::Browser;
use crate::support::databases::Postgres;

/// What became of the requests.
#[derive(Default)]
struct Answers {
    whole: AtomicUsize,
    cut: AtomicUsize,
}

/// Opens pages until told to stop or the node takes no more connections; an answer that began must come to its end.
async fn reads(browser: Browser, answers: Arc<Answers>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        for path in ["/queues", "/patients?q=ade", "/account"] {
            let Ok(answer) = browser.request(reqwest::Method::GET, path).send().await else { return };
            let counted = if answer.bytes().await.is_ok() { &answers.whole } else { &answers.cut };
            counted.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn watch(browser: &Browser) -> reqwest::Response {
    let path = paths::board_live(infirmary::queue::model::PointId(2));
    let mut stream = browser.request(reqwest::Method::GET, &path).send().await.unwrap();
    stream.chunk().await.unwrap().unwrap();
    stream
}

/// Three times: load and open streams, then the node is asked to end.
async fn ended_under_load(url: &str, others: usize) {
    succeed(&["demo", "--database-url", url, "--fill-only"]);
    let arguments = ["demo", "--database-url", url];
    let mut rest = Vec::new();
    for _ in 0..others {
        rest.push(Node::start(&arguments).await);
    }
    for round in 0..3 {
        let node = Node::start(&arguments).await;
        let (answers, elsewhere) = (Arc::new(Answers::default()), Arc::new(Answers::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = Vec::new();
        for (node, answers) in
            [(&node, &answers)].into_iter().chain(rest.iter().map(|node| (node, &elsewhere)))
        {
            let browser = node.browser();
            sign_in(&browser, "reception").await.unwrap();
            for _ in 0..3 {
                clients.push(tokio::spawn(reads(browser.clone(), Arc::clone(answers), Arc::clone(&stop))));
            }
        }
        let watcher = node.browser();
        sign_in(&watcher, "nurse").await.unwrap();
        let mut streams = Vec::new();
        for _ in 0..60 {
            streams.push(watch(&watcher).await);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (took, code) = node.terminate().await;
        assert!(took < Duration::from_secs(10) && code == Some(0), "round {round}: {took:?} {code:?}");
        for stream in &mut streams {
            while let Ok(Some(_)) = stream.chunk().await {}
        }
        let before = elsewhere.whole.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.await.unwrap();
        }
        assert_eq!(
            answers.cut.load(Ordering::SeqCst) + elsewhere.cut.load(Ordering::SeqCst),
            0,
            "cut replies"
        );
        assert!(answers.whole.load(Ordering::SeqCst) > 3, "there was load");
        assert!(others == 0 || elsewhere.whole.load(Ordering::SeqCst) > before, "the other node goes on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_restarts_under_load_cut_no_reply_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    ended_under_load(&file_in(folder.path()), 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_restarts_of_one_of_two_nodes_cut_no_reply_postgres() {
    if let Some(url) = Postgres::empty().await {
        ended_under_load(&url, 1).await;
    }
}

/// Killed at any moment of bringing the database up to date: the next start finishes it.
async fn killed_while_migrating(urls: &[impl Deref<Target = str>]) {
    for (turn, url) in urls.iter().enumerate() {
        let mut child = program(&["migrate", "--database-url", url]).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(4 + 9 * turn as u64)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        succeed(&["migrate", "--database-url", url]);
    }
    let url = urls.last().unwrap();
    let node = Node::start(&["serve", "--database-url", url]).await;
    assert_eq!(node.terminate().await.1, Some(0));
    succeed(&["check", "--database-url", url]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_killed_is_all_or_nothing_sqlite() {
    let folders: Vec<_> = (0..10).map(|_| tempfile::tempdir().unwrap()).collect();
    let urls: Vec<_> = folders.iter().map(|folder| file_in(folder.path())).collect();
    killed_while_migrating(&urls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_killed_is_all_or_nothing_postgres() {
    let mut urls = Vec::new();
    for _ in 0..10 {
        let Some(url) = Postgres::empty().await else { return };
        urls.push(url);
    }
    killed_while_migrating(&urls).await;
}

/// The very first write is not in the write-ahead log yet, so that a kill there leaves a journal to take back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_that_was_killed_while_it_wrote_is_taken_back_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let (torn, url) = (folder.path().join("torn.db"), file_in(folder.path()));
    let options = SqliteConnectOptions::new().filename(&torn).create_if_missing(true);
    let mut writer = options.journal_mode(SqliteJournalMode::Delete).connect().await.unwrap();
    for statement in [
        "pragma cache_size = 2",
        "begin immediate",
        "create table half (word blob)",
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 200)
         insert into half select randomblob(4000) from n",
    ] {
        sqlx::query(statement).execute(&mut writer).await.unwrap();
    }
    // What a kill at this moment would leave: both files as they are on the disk.
    std::fs::copy(&torn, folder.path().join("clinic.db")).unwrap();
    std::fs::copy(folder.path().join("torn.db-journal"), folder.path().join("clinic.db-journal")).unwrap();
    assert!(std::fs::metadata(folder.path().join("clinic.db")).unwrap().len() > 100_000, "a half is there");
    succeed(&["migrate", "--database-url", &url]);
}
