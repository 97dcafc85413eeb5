//! The settings, from the command line or the environment, checked before anything starts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Failure;
use crate::config::Config;
use crate::db::sqlite_path;

/// Settings as typed. They are read as text, so that a wrong one gets one sentence that names it.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE` [default: sqlite:infirmary.db; for the
    /// demo sqlite:infirmary-demo/infirmary.db]
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Address and port of the pages
    #[arg(long, env = "BIND", global = true, default_value = "127.0.0.1:8080")]
    pub bind: String,
    /// Address and port of the Prometheus metrics; none unless set
    #[arg(long, env = "METRICS_BIND", global = true)]
    pub metrics_bind: Option<String>,
    /// The address people type, such as https://clinic.example.edu [default: http://localhost and the port]
    #[arg(long, env = "PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", global = true, default_value = "")]
    pub trusted_proxies: String,
    /// Folder for what lives outside the database [default: the SQLite file's folder, else this one]
    #[arg(long, env = "DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Connections of one node to PostgreSQL, 2 to 200
    #[arg(long, env = "DATABASE_CONNECTIONS", global = true, default_value = "20")]
    pub database_connections: String,
    /// Seconds between "not ready" and the end of taking connections, 0 to 60
    #[arg(long, env = "DRAIN_SECONDS", global = true, default_value = "0")]
    pub drain_seconds: String,
    /// What is logged: error, warn, info, debug, or a filter; a node starts with warn,infirmary=info, a command with error
    #[arg(long, env = "LOG", global = true)]
    pub log: Option<String>,
    /// Answers carry the number of queries they took (header x-queries); for measuring
    #[arg(long, env = "SHOW_QUERIES", global = true, hide = true)]
    pub show_queries: bool,
}

fn wrong(sentence: String) -> Failure {
    Failure::Setting(sentence)
}

fn address(name: &str, text: &str) -> Result<SocketAddr, Failure> {
    text.trim().parse().map_err(|_| {
        wrong(format!("{name} must be an address with a port, such as 127.0.0.1:8080, and {text:?} is not"))
    })
}

fn number(name: &str, text: &str, from: u64, to: u64) -> Result<u64, Failure> {
    let parsed = text.trim().parse().ok().filter(|number| (from..=to).contains(number));
    parsed.ok_or_else(|| {
        wrong(format!("{name} must be a whole number from {from} to {to}, and {text:?} is not"))
    })
}

impl Settings {
    /// The settings of a node, or the first one that is wrong.
    pub fn config(&self) -> Result<Config, Failure> {
        let database_url = self.database_url.clone().unwrap_or_else(|| "sqlite:infirmary.db".to_owned());
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|kind| database_url.starts_with(kind)) {
            return Err(wrong(
                "DATABASE_URL must start with sqlite: or postgres:, and it does not".to_owned(),
            ));
        }
        if database_url.trim_start_matches("sqlite:").trim_matches('/').is_empty() {
            return Err(wrong("DATABASE_URL must name a file after sqlite:, and it does not".to_owned()));
        }
        let bind = address("BIND", &self.bind)?;
        let metrics_bind = self
            .metrics_bind
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .map(|text| address("METRICS_BIND", text));
        let proxies = self.trusted_proxies.split(',').map(str::trim).filter(|text| !text.is_empty());
        let trusted_proxies = proxies
            .map(|text| {
                text.parse::<IpAddr>().map_err(|_| {
                    wrong(format!("TRUSTED_PROXIES must be addresses such as 10.0.0.5, and {text:?} is not"))
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Config {
            bind,
            metrics_bind: metrics_bind.transpose()?,
            public_url: self.public_address(bind)?,
            trusted_proxies,
            data_dir: self.folder(&database_url),
            database_connections: number("DATABASE_CONNECTIONS", &self.database_connections, 2, 200)? as u32,
            drain: Duration::from_secs(number("DRAIN_SECONDS", &self.drain_seconds, 0, 60)?),
            show_queries: self.show_queries,
            ..Config::local(&database_url)
        })
    }

    /// Where the files beside a database lie.
    pub fn folder(&self, database_url: &str) -> PathBuf {
        let beside = || sqlite_path(database_url).and_then(|path| path.parent().map(PathBuf::from));
        let folder = self.data_dir.clone().or_else(beside);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| PathBuf::from("."))
    }

    fn public_address(&self, bind: SocketAddr) -> Result<String, Failure> {
        let Some(text) = self.public_url.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(format!("http://localhost:{}", bind.port()));
        };
        let text = text.trim_end_matches('/');
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
        if host.is_empty() || host.contains(['/', '?', '#', ' ', '@']) {
            return Err(wrong(format!(
                "PUBLIC_URL must be an address without a path, such as https://clinic.example.edu, and {text:?} is not"
            )));
        }
        Ok(text.to_owned())
    }
}
