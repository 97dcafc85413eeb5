//! Boards show the truth (P32): watchers on two nodes, listeners that are cut, a node that is restarted.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use infirmary::queue::model::PointId;
use infirmary::web::paths::queue as paths;
use sqlx::{Connection, Executor, PgConnection};

use crate::support::{Browser, Clinic, Outage, eventually};

type Board = Arc<Mutex<Vec<String>>>;

/// Reads the board again at each word of the stream, and opens the stream again whenever it ends, as the script does.
async fn watches(browser: Browser, point: PointId, board: Board) {
    loop {
        let opened = browser.request(reqwest::Method::GET, &paths::board_live(point)).send().await;
        if let Ok(mut stream) = opened {
            while let Ok(Some(_)) = stream.chunk().await {
                // What comes at once is read once.
                tokio::time::sleep(Duration::from_millis(150)).await;
                let part = browser.request(reqwest::Method::GET, &paths::board_part(point)).send().await;
                let Ok(answer) = part else { break };
                let status = answer.status();
                let Ok(body) = answer.text().await else { break };
                if status == 200 {
                    *board.lock().unwrap() = plates(&body);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The tokens on a board, in their order.
fn plates(body: &str) -> Vec<String> {
    let tokens = body.split("class=\"plate").skip(1).filter_map(|part| part.split(['>', '<']).nth(1));
    tokens.map(|token| token.trim().to_owned()).collect()
}

/// Cuts the connections on which the nodes listen to each other.
async fn cut_listeners(clinic: &Clinic) {
    let mut other = PgConnection::connect(&clinic.database_url).await.unwrap();
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'LISTEN%' and pid <> pg_backend_pid()";
    other.execute(cut).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_boards_on_two_nodes_show_the_truth_after_cuts_and_a_restart() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    let mut other = clinic.second_node().await;
    let point = clinic.point("Triage", "triage").await;
    let (_, doctor) = clinic.doctor_named("Dr Nwosu").await;
    let mut boards: Vec<Board> = Vec::new();
    let (mut tasks, mut first): (Vec<tokio::task::JoinHandle<()>>, Vec<Browser>) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let node = if number % 2 == 0 { &clinic } else { &other };
        let browser = node.browser();
        if number < 2 {
            node.sign_in(&browser, "dr nwosu").await;
        }
        // Twenty windows, ten of one person at each node.
        let browser = if number < 2 { browser } else { first[number % 2].clone() };
        if number < 2 {
            first.push(browser.clone());
        }
        let board = Board::default();
        tasks.push(tokio::spawn(watches(browser, point, Arc::clone(&board))));
        boards.push(board);
    }
    for change in 0..40 {
        clinic.walk_in(&format!("Person N{change}")).await;
        if change % 3 == 0 {
            let op = format!("call-of-the-truth-{change:04}");
            doctor.post(&paths::calls(point), &[("op", &op)]).await.expect(303);
        }
        if change % 20 == 10 {
            cut_listeners(&clinic).await;
        }
        if change == 30 {
            let outage = Outage::begins(other).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            other = outage.ends().await;
        }
    }
    let truth = plates(&doctor.get(&paths::board_part(point)).await.body);
    assert!(truth.len() > 20, "{truth:?}");
    // Five seconds at most after the last fault.
    eventually(async || boards.iter().all(|board| *board.lock().unwrap() == truth)).await;
    for task in tasks {
        task.abort();
    }
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_lets_go_of_its_database_though_it_listens() {
    let Some(clinic) = Clinic::on_postgres().await else { return };
    for round in 0..4 {
        let other = clinic.second_node().await;
        if round > 0 {
            cut_listeners(&clinic).await;
        }
        // Before, while and after it listens again.
        tokio::time::sleep(Duration::from_millis(40 * round)).await;
        let closed = tokio::time::timeout(Duration::from_secs(60), other.app.db.close()).await;
        assert!(closed.is_ok(), "round {round}: it keeps a connection");
    }
}
