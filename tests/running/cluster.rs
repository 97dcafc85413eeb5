//! A PostgreSQL server of one test's own, to be stopped hard and started again, or to be given a small disk.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use sqlx::{Connection, Executor, PgConnection};

/// The server; it ends with the test.
pub struct Cluster {
    folder: tempfile::TempDir,
    disk: Option<Disk>,
    bin: PathBuf,
    port: u16,
    name: String,
}

impl Cluster {
    /// Makes and starts one, where everything is to be tested with PostgreSQL.
    pub fn start() -> Option<Self> {
        Self::started(|_| Some(None))
    }

    /// Makes and starts one whose data and log have a disk of so many megabytes to themselves, where the machine lets
    /// somebody mount one.
    pub fn on_small_disk(megabytes: u32) -> Option<Self> {
        Self::started(|folder| Disk::at(folder, megabytes).map(Some))
    }

    fn started(disk: impl FnOnce(&str) -> Option<Option<Disk>>) -> Option<Self> {
        if std::env::var("INFIRMARY_TEST_POSTGRES").is_err() {
            eprintln!("left out: INFIRMARY_TEST_POSTGRES names no server, so none is started either");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("infirmary-cluster").tempdir_in("/tmp").unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success(), "the server needs a folder of its own user");
        }
        let disk = disk(&folder.path().display().to_string())?;
        // What a node keeps beside its database is found by this name.
        let name = format!("infirmary_{:016x}", rand::random::<u64>());
        let cluster = Cluster { folder, disk, bin: bin(), port: super::free_port(), name };
        let data = cluster.data();
        cluster.tool(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        cluster.begins();
        cluster.tool(
            "createdb",
            &["-h", "127.0.0.1", "-p", &cluster.port.to_string(), "-U", "postgres", &cluster.name],
        );
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// Starts the server and waits until it takes connections.
    pub fn begins(&self) {
        let log = self.folder.path().join("log").display().to_string();
        let settings = format!(
            "-p {} -h 127.0.0.1 -c unix_socket_directories= -c log_min_messages=fatal \
             -c min_wal_size=64MB -c max_wal_size=64MB",
            self.port
        );
        self.tool("pg_ctl", &["-D", &self.data(), "-l", &log, "-o", &settings, "-w", "-t", "60", "start"]);
    }

    /// Stops the server as a crash would: nothing is finished, nothing is written out.
    pub fn breaks(&self) {
        self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    /// Fills its disk to the last page; the server may have found some room again since the last time.
    pub async fn fills(&self) {
        let mut db = PgConnection::connect(&self.url()).await.unwrap();
        let there = db.fetch_optional("select 1 from pg_class where relname = 'ballast'").await.unwrap();
        // On a disk that is full already neither of the two can be asked for.
        if there.is_none() {
            // The log goes on in files that are there already.
            db.execute("checkpoint").await.unwrap();
            db.execute("create unlogged table ballast (words text) with (autovacuum_enabled = false)")
                .await
                .unwrap();
        }
        // Rows too short to be compressed; told in the list, the series needs no file of its own.
        let more =
            "insert into ballast select repeat('x', 1900) from (select generate_series(1, 1000000)) as each";
        let told = db.execute(more).await.unwrap_err();
        assert_eq!(told.as_database_error().unwrap().code().as_deref(), Some("53100"), "{told}");
    }

    /// There is room on it again.
    pub async fn has_room(&self) {
        let mut db = PgConnection::connect(&self.url()).await.unwrap();
        db.execute("drop table ballast").await.unwrap();
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let status = self.command(name, arguments).status().unwrap();
        assert!(status.success(), "{name} {arguments:?}: {status}");
    }

    /// The server's programs refuse to run as root.
    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let program = self.bin.join(name).display().to_string();
        let mut words = self.disk.as_ref().map(Disk::inside).unwrap_or_default();
        if is_root() {
            words.extend(["runuser", "-u", "postgres", "--"].map(str::to_owned));
        }
        words.push(program);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// A file system in memory that only this process and those it lets in can see; it goes with its keeper.
struct Disk {
    keeper: Child,
}

impl Disk {
    fn at(folder: &str, megabytes: u32) -> Option<Self> {
        let own: &[&str] = if is_root() {
            &["--mount"]
        } else {
            &["--user", "--map-current-user", "--keep-caps", "--mount"]
        };
        let mount =
            format!("mount -t tmpfs -o size={megabytes}m,mode=777 none {folder} && echo there && exec cat");
        let mut keeper = Command::new("unshare")
            .args(own)
            .args(["sh", "-c", &mount])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let disk = Disk { keeper };
        if said.is_empty() {
            eprintln!("left out: this machine lets nobody mount a disk");
            return None;
        }
        Some(disk)
    }

    /// What a command begins with that is to see it.
    fn inside(&self) -> Vec<String> {
        let keeper = self.keeper.id().to_string();
        let own: &[&str] = if is_root() { &[] } else { &["--user", "--preserve-credentials"] };
        ["nsenter", "--target", &keeper, "--mount"].iter().chain(own).map(|word| (*word).to_owned()).collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
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
