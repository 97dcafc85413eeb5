//! What was acknowledged is still there after a crash (P12): the node is killed under mixed load, again and again.

use std::sync::Arc;
use std::time::Duration;

use super::history::{History, counts};
use super::load::{Crowd, slots, there};
use super::{Node, empty_postgres, file_in, succeed};
use crate::support::Browser;

/// Crashes on each database; the release run asks for more.
fn kills() -> usize {
    std::env::var("INFIRMARY_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// A session that was given out still opens pages.
async fn are_still_let_in(node: &Node, let_in: &[Browser], round: usize) {
    for browser in let_in {
        let moved = Browser::new(([127, 0, 0, 1], node.port).into());
        let request = moved.request(reqwest::Method::GET, "/account").header("cookie", browser.cookies());
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, 200, "kill {round}: a session is gone");
    }
}

/// What has to be acknowledged often enough to tell anything.
pub const TOLD: [&str; 9] =
    ["register", "check-in", "book", "hold", "confirm", "call", "sign", "give", "pay"];

/// A busy machine gets more time: until each kind was acknowledged so often, within ten seconds.
pub async fn enough(history: &History, least: usize) {
    for _ in 0..100 {
        if TOLD.iter().all(|what| history.acknowledged(what) >= least) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn killed_again_and_again(url: &str) {
    succeed(&["demo", "--database-url", url, "--fill-only"]);
    let before = counts(url).await;
    let folder = tempfile::tempdir().unwrap();
    let history = Arc::new(History::new(folder.path()));
    let (slots, there) = (slots(url).await, there(url).await);
    let mut let_in = Vec::new();
    for round in 0..kills() {
        let node = Node::start(&["demo", "--database-url", url]).await;
        are_still_let_in(&node, &let_in, round).await;
        let crowd = Crowd::at(node.port, &history, &slots, &there);
        tokio::time::sleep(Duration::from_millis(300 + u64::from(rand::random::<u8>()) * 3)).await;
        enough(&history, (round + 1).div_ceil(2)).await;
        node.kill();
        let_in = crowd.ends(false).await;
        if round % 5 == 4 {
            succeed(&["check", "--database-url", url]);
        }
    }
    let node = Node::start(&["demo", "--database-url", url]).await;
    are_still_let_in(&node, &let_in, kills()).await;
    let acknowledged = history.hold_against(url).await;
    eprintln!("{} kills, acknowledged and kept: {acknowledged:?}", kills());
    for what in TOLD {
        let count = acknowledged.get(what).copied().unwrap_or_default();
        assert!(count >= kills() / 2, "the load was too light to tell anything: {acknowledged:?}");
    }
    succeed(&["check", "--database-url", url]);
    counts(url).await.match_since(&before);
    assert_eq!(node.terminate().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_again_and_again(&file_in(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_postgres() {
    if let Some(url) = empty_postgres().await {
        killed_again_and_again(&url).await;
    }
}

/// The control: an effect that is not there is missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "lost: ok register")]
async fn a_lost_effect_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    succeed(&["migrate", "--database-url", &url]);
    let history = History::new(folder.path());
    std::fs::write(folder.path().join("history"), "ok register 0123456789abcdef 0123456789ab\n").unwrap();
    history.hold_against(&url).await;
}
