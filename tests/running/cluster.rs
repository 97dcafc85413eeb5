//! A PostgreSQL server of one test's own, to be stopped hard and started again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The server; it ends with the test.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes and starts one, where everything is to be tested with PostgreSQL.
    pub fn start() -> Option<Self> {
        if std::env::var("INFIRMARY_TEST_POSTGRES").is_err() {
            eprintln!("left out: INFIRMARY_TEST_POSTGRES names no server, so none is started either");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("infirmary-cluster").tempdir_in("/tmp").unwrap();
        let cluster = Cluster { folder, bin: bin(), port: super::free_port() };
        if is_root() {
            let owned =
                Command::new("chown").args(["-R", "postgres"]).arg(cluster.folder.path()).status().unwrap();
            assert!(owned.success(), "the server needs a folder of its own user");
        }
        let data = cluster.data();
        cluster.tool(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\nlog_min_messages = fatal\n",
            cluster.port
        );
        let file = Path::new(&data).join("postgresql.conf");
        let standing = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, standing + &settings).unwrap();
        cluster.begins();
        cluster.tool(
            "createdb",
            &["-h", "127.0.0.1", "-p", &cluster.port.to_string(), "-U", "postgres", "clinic"],
        );
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/clinic", self.port)
    }

    /// Starts the server and waits until it takes connections.
    pub fn begins(&self) {
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &["-D", &self.data(), "-l", &log, "-w", "-t", "60", "start"]);
    }

    /// Stops the server as a crash would: nothing is finished, nothing is written out.
    pub fn breaks(&self) {
        self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let status = self.command(name, arguments).status().unwrap();
        assert!(status.success(), "{name} {arguments:?}: {status}");
    }

    /// The server's programs refuse to run as root.
    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let program = self.bin.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]).status();
    }
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output().unwrap();
    asked.stdout.starts_with(b"0\n")
}

/// The newest of Debian's installations, or what stands on the path.
fn bin() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_default()
}
