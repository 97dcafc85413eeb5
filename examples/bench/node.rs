//! The measured processes: the real program, and a bare handler of the same server library.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;

use crate::client::Client;

/// A running process; killed when dropped.
pub struct Node {
    child: Child,
    pub port: u16,
    pub ready_after: Duration,
}

/// Processor time of a process.
#[derive(Clone, Copy)]
pub struct Cpu(u32);

impl Cpu {
    /// Microseconds used so far; Linux counts in hundredths of a second.
    pub fn micros(self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        (ticks(11) + ticks(12)) * 10_000
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Node {
    /// Starts the program on a demo database and waits until it is ready.
    pub async fn start(binary: &str, url: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(binary);
        command.args([
            "demo",
            "--database-url",
            url,
            "--bind",
            &format!("127.0.0.1:{port}"),
            "--show-queries",
        ]);
        Self::wait(command, port, "/readyz").await
    }

    /// Starts a bare handler.
    pub async fn bare() -> Self {
        let port = free_port();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["bare", &port.to_string()]);
        Self::wait(command, port, "/").await
    }

    async fn wait(mut command: Command, port: u16, path: &str) -> Self {
        let began = Instant::now();
        let child = command.env("LOG", "error").stdout(Stdio::null()).spawn().unwrap();
        let mut node = Node { child, port, ready_after: Duration::ZERO };
        while began.elapsed() < Duration::from_secs(30) {
            if let Ok(mut client) = Client::connect(port).await
                && client.get(path, "").await.is_ok_and(|answer| answer.status == 200)
            {
                node.ready_after = began.elapsed();
                return node;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the process on port {port} was not ready within 30 seconds");
    }

    /// Its processor time.
    pub fn cpu(&self) -> Cpu {
        Cpu(self.child.id())
    }

    /// Its resident memory in KB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Megabytes of a file.
pub fn size_of(path: &str) -> u64 {
    std::fs::metadata(path).map(|file| file.len() / 1_000_000).unwrap_or(0)
}

/// Serves two letters.
pub async fn serve_bare(port: u16) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    axum::serve(listener, Router::new().route("/", get(|| async { "ok" }))).await.unwrap();
}
