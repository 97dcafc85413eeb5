//! Event streams: a thousand watchers of one queue, one call, and when each of them heard of it.

use std::time::{Duration, Instant};

use infirmary::web::paths;
use tokio::sync::mpsc;

use crate::client::{Client, request};
use crate::node::Node;
use crate::plan::{CONSULTING, Cookies};

/// Watchers at the same time.
const WATCHERS: usize = 1_000;

/// Opens the streams, calls the next patient, and prints when the watchers heard.
pub async fn measure(node: &Node, cookies: &Cookies) {
    let board = paths::queue::board(CONSULTING);
    let live = format!("{board}/live");
    let cookie = cookies.of("doctor").to_owned();
    let before = node.memory();
    let (tell, mut heard) = mpsc::unbounded_channel();
    let mut open = Vec::new();
    for _ in 0..WATCHERS {
        let Ok(mut client) = Client::connect(node.port).await else { break };
        let asked = request("GET", &live, &format!("localhost:{}", node.port), &cookie, "");
        if client.send(&asked).await.is_err() || client.head().await.map_or(0, |answer| answer.status) != 200
        {
            break;
        }
        let tell = tell.clone();
        open.push(tokio::spawn(async move {
            while let Ok(Some(chunk)) = client.chunk().await {
                let text = String::from_utf8_lossy(&chunk);
                if text.contains("data:") && !text.contains("still") {
                    let _ = tell.send(Instant::now());
                }
            }
        }));
    }
    if open.len() < WATCHERS {
        println!("{live} cannot be watched by {WATCHERS}: {} streams were opened.\n", open.len());
        return;
    }
    // Every stream begins with a word of its own.
    for _ in 0..WATCHERS {
        let _ = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await;
    }
    let memory = node.memory().saturating_sub(before);
    let mut client = Client::connect(node.port).await.unwrap();
    let op = format!("{:032x}", rand::random::<u128>());
    let began = Instant::now();
    let answer = client.post(&format!("{board}/calls"), &cookie, &[("op", op.as_str())]).await.unwrap();
    let mut times = Vec::new();
    while times.len() < WATCHERS {
        match tokio::time::timeout(Duration::from_secs(5), heard.recv()).await {
            Ok(Some(at)) => times.push(at.saturating_duration_since(began)),
            Ok(None) | Err(_) => break,
        }
    }
    times.sort();
    let at = |part: f64| {
        times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{} of {WATCHERS} watchers heard of a call (answered {}): p50 {:.0} ms, p99 {:.0} ms; {:.1} KB of memory a stream.\n",
        times.len(),
        answer.status,
        at(0.5),
        at(0.99),
        memory as f64 / WATCHERS as f64
    );
    for stream in open {
        stream.abort();
    }
}
