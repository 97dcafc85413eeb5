//! Settings from the environment, checked before anything starts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What one node needs to know to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:FILE` or `postgres://…`.
    pub database_url: String,
    /// Where pages are served.
    pub bind: SocketAddr,
    /// Where metrics are served; nowhere when absent.
    pub metrics_bind: Option<SocketAddr>,
    /// The address people type, without a slash at its end; decides links in files and whether cookies demand HTTPS.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Folder for what lives outside the database: audit anchors and their key.
    pub data_dir: PathBuf,
    /// Open connections of people to this node; more wait in the listener's queue.
    pub connections: usize,
    /// Upper bound of PostgreSQL's pool.
    pub database_connections: u32,
    /// How long readiness says no before the node stops taking connections, so that a proxy sends people elsewhere.
    pub drain: Duration,
    /// What a password's digest costs whoever computes it; one that is stored at less is replaced at the next sign-in.
    pub password_cost: PasswordCost,
    /// Whether this is the demo clinic, which says its passwords on the sign-in page.
    pub demo: bool,
    /// Answers carry the number of queries they took; for tests and measuring.
    pub show_queries: bool,
}

/// The work of one argon2id digest, in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory that is filled, in KiB; at least 8.
    pub memory_kib: u32,
    /// How often it is gone through; at least once.
    pub passes: u32,
}

impl PasswordCost {
    /// 19 MiB, two passes: the floor of ASVS 11.4.2.
    pub const FLOOR: PasswordCost = PasswordCost { memory_kib: 19 * 1024, passes: 2 };
}

impl Config {
    /// A node on loopback over `database_url`, for tests and as the base of the command line.
    pub fn local(database_url: &str) -> Self {
        Config {
            database_url: database_url.to_owned(),
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_bind: None,
            public_url: "http://localhost:8080".to_owned(),
            trusted_proxies: Vec::new(),
            data_dir: PathBuf::from("."),
            connections: 4_096,
            database_connections: 10,
            drain: Duration::ZERO,
            password_cost: PasswordCost::FLOOR,
            demo: false,
            show_queries: false,
        }
    }

    /// Whether people reach this node over HTTPS, so that cookies may demand it.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
