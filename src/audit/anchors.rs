//! Anchors outside the database: now and then the head of the chain is written to a file, under a key that the database
//! does not hold. Who cuts the chain's tail or builds it anew cannot match them (P30).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// One line of the file: `anchor seq micros hash hmac`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub hash: Vec<u8>,
}

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// In the order written.
    pub good: Vec<Anchor>,
    /// Whether a line does not bear the key's mark.
    pub forged: bool,
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("audit-anchors.log")
}

/// The key, made at the first use and readable by nobody else.
fn key(folder: &Path) -> io::Result<[u8; 32]> {
    let path = folder.join("audit.key");
    let mut key = [0; 32];
    match File::open(&path) {
        Ok(mut file) => file.read_exact(&mut key)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            key = rand::random();
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path)?;
            file.write_all(&key)?;
            file.sync_all()?;
        }
        Err(error) => return Err(error),
    }
    Ok(key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn mark(key: &[u8; 32], body: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(body.as_bytes())
}

/// Writes the head of the chain.
pub(super) fn write(folder: &Path, anchor: &Anchor) -> io::Result<()> {
    let key = key(folder)?;
    let body = format!("anchor {} {} {}", anchor.seq, anchor.at.timestamp_micros(), hex(&anchor.hash));
    let line = format!("{body} {}\n", hex(&mark(&key, &body).finalize().into_bytes()));
    let mut file = OpenOptions::new().append(true).create(true).open(log_path(folder))?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// Reads all anchors; a folder without any has none.
pub(super) fn read(folder: &Path) -> io::Result<Anchors> {
    let text = match fs::read_to_string(log_path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Anchors::default()),
        Err(error) => return Err(error),
    };
    let key = key(folder)?;
    let mut anchors = Anchors::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match parse(&key, line) {
            Some(anchor) => anchors.good.push(anchor),
            None => anchors.forged = true,
        }
    }
    Ok(anchors)
}

fn parse(key: &[u8; 32], line: &str) -> Option<Anchor> {
    let (body, tag) = line.rsplit_once(' ')?;
    mark(key, body).verify_slice(&unhex(tag)?).ok()?;
    let mut words = body.strip_prefix("anchor ")?.split(' ');
    let seq = words.next()?.parse().ok()?;
    let at = DateTime::from_timestamp_micros(words.next()?.parse().ok()?)?;
    Some(Anchor { seq, at, hash: unhex(words.next()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_back_and_a_forged_one_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let anchor = Anchor { seq: 7, at: DateTime::UNIX_EPOCH, hash: vec![1; 32] };
        write(folder.path(), &anchor).expect("written");
        let anchors = read(folder.path()).expect("read");
        assert_eq!((anchors.good, anchors.forged), (vec![anchor], false));
        let path = log_path(folder.path());
        let text = fs::read_to_string(&path).expect("text").replace("anchor 7", "anchor 6");
        fs::write(&path, text).expect("forged");
        assert!(read(folder.path()).expect("read").forged);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        key(folder.path()).expect("made");
        let mode = fs::metadata(folder.path().join("audit.key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
