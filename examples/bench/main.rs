//! Measures a real node over loopback: `scripts/bench` builds it and says on which data.
//!
//! `bench BINARY LABEL DATABASE_URL [QUICK]` starts the binary on a filled demo database and prints one table;
//! `bench bare PORT` serves a bare handler to compare with.
#![expect(clippy::unwrap_used, reason = "a measurement stops at its first surprise")]
#![expect(clippy::print_stdout, reason = "the tables are the result")]

mod client;
mod counter;
mod load;
mod node;
mod plan;
mod watch;
mod writes;

use std::time::Duration;

use load::{Load, Measured};
use node::Node;

/// Connections that ask at the same time.
pub const CONNECTIONS: usize = 32;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["bare", port] => node::serve_bare(port.parse().unwrap()).await,
            [binary, label, url] => measure(binary, label, url, Duration::from_secs(4)).await,
            [binary, label, url, "quick"] => measure(binary, label, url, Duration::from_millis(700)).await,
            _ => eprintln!("bench BINARY LABEL DATABASE_URL [quick], or bench bare PORT"),
        }
    });
}

async fn measure(binary: &str, label: &str, url: &str, time: Duration) {
    let bare_node = Node::bare().await;
    let bare = Load::new(&bare_node, "/", "").run(CONNECTIONS, time).await;
    println!("\n## {label}\n");
    println!("A bare handler answers {:.0} requests a second at {CONNECTIONS} connections.\n", bare.rate);
    drop(bare_node);
    let node = Node::start(binary, url).await;
    println!(
        "Ready {} ms after start; {} MB at rest; the binary has {} MB.\n",
        node.ready_after.as_millis(),
        node.memory() / 1024,
        node::size_of(binary)
    );
    let cookies = plan::sign_in_everybody(&node).await;
    println!("| page | status | requests/s | of bare | p50 ms | p99 ms | CPU µs | queries | bytes |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut board: Option<Measured> = None;
    let found = plan::look(url).await;
    for page in plan::pages(&found) {
        let cookie = cookies.of(page.who);
        let measured = Load::new(&node, &page.path, cookie).run(CONNECTIONS, time).await;
        println!(
            "| {} | {} | {:.0} | {:.1} % | {:.2} | {:.2} | {:.0} | {} | {} |",
            page.name,
            measured.status,
            measured.rate,
            100.0 * measured.rate / bare.rate,
            measured.p50.as_secs_f64() * 1e3,
            measured.p99.as_secs_f64() * 1e3,
            measured.cpu_micros,
            measured.queries,
            measured.bytes
        );
        if page.name == plan::STORM_PAGE {
            board = Some(measured);
        }
    }
    println!("\n{} MB under load.\n", node.memory() / 1024);
    if let Some(calm) = board {
        plan::storm(&node, &cookies, &calm, time).await;
    }
    writes::measure(&node, url, &cookies, time).await;
    writes::drafts(&node, &found, &cookies, time).await;
    watch::measure(&node, &cookies).await;
    println!("{} MB at the end.\n", node.memory() / 1024);
    drop(node);
    let waiting = counter::prepare(url).await;
    let node = Node::start(binary, url).await;
    let cookies = plan::sign_in_everybody(&node).await;
    counter::measure(&node, waiting, &cookies, time).await;
}
