//! What was acknowledged is still there after a crash (P12): the node is killed under mixed load, again and again.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;

use super::history::{History, counts};
use super::load::{Crowd, REPEATS, slots, there};
use super::{Node, file_in, succeed};
use crate::support::databases::Postgres;
use crate::support::{Browser, dice};

/// Crashes on each database; the release run asks for more.
fn kills() -> usize {
    std::env::var("INFIRMARY_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// A session that was given out still opens pages.
async fn are_still_let_in(node: &Node, let_in: &[Browser], round: usize, seed: u64) {
    for browser in let_in {
        let moved = Browser::new(([127, 0, 0, 1], node.port).into());
        let request = moved.request(reqwest::Method::GET, "/account").header("cookie", browser.cookies());
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, 200, "seed {seed}, kill {round}: a session is gone; {REPEATS}");
    }
}

/// What has to be acknowledged often enough to tell anything.
pub const TOLD: [&str; 9] =
    ["register", "check-in", "book", "hold", "confirm", "call", "sign", "give", "pay"];

/// Each kind is acknowledged again, so often from now on, within a minute.
pub async fn goes_on(history: &History, more: usize) -> bool {
    let had = TOLD.map(|what| history.acknowledged(what));
    for _ in 0..600 {
        if TOLD.iter().zip(had).all(|(what, had)| history.acknowledged(what) >= had + more) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// A busy machine gets more time: until each kind was acknowledged so often, within a minute.
async fn enough(history: &History, least: usize) {
    for _ in 0..600 {
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
    let (seed, mut dice) = dice();
    let mut let_in = Vec::new();
    for round in 0..kills() {
        let node = Node::start(&["demo", "--database-url", url]).await;
        are_still_let_in(&node, &let_in, round, seed).await;
        let crowd = Crowd::at(node.port, &history, &slots, &there, &mut dice);
        tokio::time::sleep(Duration::from_millis(dice.random_range(300..1_068))).await;
        enough(&history, (round + 1).div_ceil(2)).await;
        node.kill();
        let_in = crowd.ends(false).await;
        if round % 5 == 4 {
            succeed(&["check", "--database-url", url]);
        }
    }
    let node = Node::start(&["demo", "--database-url", url]).await;
    are_still_let_in(&node, &let_in, kills(), seed).await;
    let acknowledged = history.hold_against(url, seed).await;
    eprintln!("{} kills, acknowledged and kept: {acknowledged:?}", kills());
    for what in TOLD {
        let count = acknowledged.get(what).copied().unwrap_or_default();
        let told = format!("seed {seed}: {acknowledged:?}; {REPEATS}");
        assert!(count >= kills() / 2, "the load was too light to tell anything: {told}");
    }
    succeed(&["check", "--database-url", url]);
    counts(url).await.match_since(&before, seed);
    assert_eq!(node.terminate().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_again_and_again(&file_in(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_twenty_kills_postgres() {
    if let Some(url) = Postgres::empty().await {
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
    history.hold_against(&url, 0).await;
}
