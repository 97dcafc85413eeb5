//! Asking for one page again and again over a bounded number of connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Client, request};
use crate::node::{Cpu, Node};

/// What is asked for.
pub struct Load {
    port: u16,
    cpu: Cpu,
    request: Arc<str>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Measured {
    pub status: u16,
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub cpu_micros: f64,
    pub queries: u32,
    pub bytes: usize,
}

impl Load {
    /// A page for whoever holds the cookie.
    pub fn new(node: &Node, path: &str, cookie: &str) -> Self {
        let request = request("GET", path, &format!("localhost:{}", node.port), cookie, "");
        Load { port: node.port, cpu: node.cpu(), request: request.into() }
    }

    /// Asks for `time` over `connections`, after a short warm-up.
    pub async fn run(&self, connections: usize, time: Duration) -> Measured {
        let first = Client::connect(self.port).await.unwrap().ask(&self.request).await.unwrap();
        let warm = Arc::new(AtomicBool::new(false));
        let end = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                let (port, request, warm, end) =
                    (self.port, Arc::clone(&self.request), Arc::clone(&warm), Arc::clone(&end));
                tokio::spawn(async move {
                    let mut client = Client::connect(port).await.unwrap();
                    let mut times = Vec::with_capacity(4_096);
                    while !end.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        if client.ask(&request).await.is_err() {
                            client = Client::connect(port).await.unwrap();
                            continue;
                        }
                        if warm.load(Ordering::Relaxed) {
                            times.push(began.elapsed());
                        }
                    }
                    times
                })
            })
            .collect();
        tokio::time::sleep(time / 4).await;
        let (cpu, began) = (self.cpu.micros(), Instant::now());
        warm.store(true, Ordering::Relaxed);
        tokio::time::sleep(time).await;
        end.store(true, Ordering::Relaxed);
        let (took, cpu) = (began.elapsed(), self.cpu.micros() - cpu);
        let mut times = Vec::new();
        for worker in workers {
            times.extend(worker.await.unwrap());
        }
        times.sort();
        let at = |part: f64| {
            times
                .get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1)))
                .copied()
                .unwrap_or_default()
        };
        Measured {
            status: first.status,
            rate: times.len() as f64 / took.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            cpu_micros: cpu as f64 / times.len().max(1) as f64,
            queries: first.header("x-queries").and_then(|value| value.parse().ok()).unwrap_or(0),
            bytes: first.body.len(),
        }
    }
}
