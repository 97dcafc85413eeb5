//! The program itself, as a process: started, stopped, killed, copied, and next to a second one.

mod backup;
mod cluster;
mod crash;
mod demo_days;
mod full_disk;
mod history;
mod load;
mod nodes;
mod portable;
mod restarts;
mod restoring;
mod start;

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::Browser;

/// The settings a developer may have must not reach the tests.
const SETTINGS: [&str; 10] = [
    "DATABASE_URL",
    "BIND",
    "METRICS_BIND",
    "PUBLIC_URL",
    "TRUSTED_PROXIES",
    "DATA_DIR",
    "DATABASE_CONNECTIONS",
    "DRAIN_SECONDS",
    "LOG",
    "SHOW_QUERIES",
];

/// The program with these arguments.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infirmary"));
    for name in SETTINGS {
        command.env_remove(name);
    }
    // What a node keeps beside a PostgreSQL database must not lie where another test's node keeps its own.
    let url = arguments.iter().skip_while(|own| **own != "--database-url").nth(1);
    if let Some((_, name)) =
        url.filter(|url| url.starts_with("postgres")).and_then(|url| url.rsplit_once('/'))
    {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        command.env("DATA_DIR", folder);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Runs a command that must succeed; returns what it printed.
#[track_caller]
pub fn succeed(arguments: &[&str]) -> String {
    let output = run(arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}\n{out}{err}", output.status);
    out
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The address of a SQLite file in a folder.
pub fn file_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("clinic.db").display())
}

/// A running node; killed when dropped.
pub struct Node {
    child: Child,
    pub port: u16,
}

impl Node {
    /// Starts the program and waits until it is ready.
    pub async fn start(arguments: &[&str]) -> Self {
        let mut node = Self::launch(arguments);
        node.wait_until_ready().await;
        node
    }

    /// Starts the program without waiting.
    pub fn launch(arguments: &[&str]) -> Self {
        Self::launched(program(arguments))
    }

    /// Starts the program so that a limit on what it may write ends its writing and not itself.
    pub async fn start_on_small_disk(arguments: &[&str]) -> Self {
        let plain = program(arguments);
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(plain.get_program())
            .args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut node = Self::launched(command);
        node.wait_until_ready().await;
        node
    }

    /// Lets the node write to its files, or refuses every byte from now on, as a full disk does.
    pub fn may_write(&self, may: bool) {
        let limit = if may { "--fsize=unlimited:unlimited" } else { "--fsize=0:unlimited" };
        let pid = self.child.id().to_string();
        assert!(Command::new("prlimit").args(["--pid", &pid, limit]).status().unwrap().success());
    }

    fn launched(mut command: Command) -> Self {
        let port = free_port();
        // A pipe that nobody reads would fill up and stop the node.
        command.env("LOG", "error").env("BIND", format!("127.0.0.1:{port}")).stdout(Stdio::null());
        Node { child: command.spawn().unwrap(), port }
    }

    /// Waits for readiness, at most 60 seconds: an empty demo is filled first.
    pub async fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.is_ready().await {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the node ended with {status}: {}", self.said());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("the node was not ready within 60 seconds");
    }

    /// Whether it says that it is ready.
    pub async fn is_ready(&self) -> bool {
        let asked = reqwest::get(format!("http://127.0.0.1:{}/readyz", self.port)).await;
        asked.is_ok_and(|answer| answer.status() == 200)
    }

    /// A browser without any cookie.
    pub fn browser(&self) -> Browser {
        Browser::new(([127, 0, 0, 1], self.port).into())
    }

    /// Ends it at once, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and says how long that took and how it ended.
    pub async fn terminate(mut self) -> (Duration, Option<i32>) {
        let began = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        while began.elapsed() < Duration::from_secs(15) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (began.elapsed(), status.code());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the node did not end within 15 seconds");
    }

    fn said(&mut self) -> String {
        let mut said = String::new();
        if let Some(stderr) = self.child.stderr.as_mut() {
            let _ = stderr.read_to_string(&mut said);
        }
        said
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signs somebody of the demo in; `None` when the node went away meanwhile or was busy.
pub async fn sign_in(browser: &Browser, name: &str) -> Option<()> {
    let body =
        serde_urlencoded::to_string([("name", name), ("password", infirmary::demo::PASSWORD)]).unwrap();
    let request = browser
        .request(reqwest::Method::POST, "/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .timeout(Duration::from_secs(10))
        .body(body);
    let answer = request.send().await.ok()?;
    (answer.status() == 303).then_some(())
}
