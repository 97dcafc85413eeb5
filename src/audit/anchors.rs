//! Anchors outside the database: now and then the head of the chain is written to a file, under a key that the database
//! does not hold. Who cuts the chain's tail or builds it anew cannot match them (P30).
//!
//! A line is `anchor|restored seq micros hash mark`. The mark covers the line before as well, so no line can be taken
//! out, doubled or moved by somebody without the key. `restored` says that a copy whose chain ends at `seq` was put
//! back: anchors of what came after it are set aside, in the file still, and no longer compared.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What one line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub hash: Vec<u8>,
}

/// A copy was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The last link of the copy's chain.
    pub seq: i64,
    /// When it was put back.
    pub at: DateTime<Utc>,
    /// Anchors of a longer chain that stopped counting then.
    pub set_aside: i64,
}

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// Those that count, in the order written.
    pub good: Vec<Anchor>,
    /// Copies that were put back.
    pub restored: Vec<Restored>,
    /// Whether a line does not bear the key's mark.
    pub forged: bool,
}

impl Anchors {
    /// From here on the chain goes on after `head`; what was anchored of it before still counts.
    fn put_back(&mut self, head: Anchor) {
        let all = self.good.len();
        self.good.retain(|anchor| anchor.seq <= head.seq);
        let set_aside = (all - self.good.len()) as i64;
        self.restored.push(Restored { seq: head.seq, at: head.at, set_aside });
        let known = self.good.iter().any(|anchor| anchor.seq == head.seq);
        if head.seq > 0 && !known {
            // Entries of the copy that were not sealed yet are older than this note, so its time bounds nothing.
            let at = self.good.last().map_or(DateTime::UNIX_EPOCH, |last| last.at);
            self.good.push(Anchor { at, ..head });
        }
    }
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

fn mark(key: &[u8; 32], before: &str, body: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(before.as_bytes()).chain_update(b"\n").chain_update(body.as_bytes())
}

/// Writes the head of the chain.
pub(super) fn write(folder: &Path, anchor: &Anchor) -> io::Result<()> {
    append(folder, "anchor", anchor)
}

/// Notes that a copy was put back whose chain ends with `head`, where anchors of a longer chain may stand. Returns how
/// many of them count no more; a folder without anchors needs no note.
pub(super) fn note_restore(folder: &Path, head: &Anchor) -> io::Result<i64> {
    let present = read(folder)?;
    if present.good.is_empty() && !present.forged {
        return Ok(0);
    }
    append(folder, "restored", head)?;
    Ok(present.good.iter().filter(|anchor| anchor.seq > head.seq).count() as i64)
}

fn append(folder: &Path, kind: &str, anchor: &Anchor) -> io::Result<()> {
    let key = key(folder)?;
    let text = text(folder)?;
    let before = text.lines().rfind(|line| !line.is_empty()).unwrap_or_default();
    let body = format!("{kind} {} {} {}", anchor.seq, anchor.at.timestamp_micros(), hex(&anchor.hash));
    // A line that broke off when the power went away stays a line of its own.
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let line = format!("{end}{body} {}\n", hex(&mark(&key, before, &body).finalize().into_bytes()));
    let mut file = OpenOptions::new().append(true).create(true).open(log_path(folder))?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

fn text(folder: &Path) -> io::Result<String> {
    match fs::read_to_string(log_path(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other,
    }
}

/// Reads all anchors; a folder without any has none.
pub(super) fn read(folder: &Path) -> io::Result<Anchors> {
    let text = text(folder)?;
    if text.is_empty() {
        return Ok(Anchors::default());
    }
    let key = key(folder)?;
    let mut anchors = Anchors::default();
    let mut before = "";
    for line in text.lines().filter(|line| !line.is_empty()) {
        match parse(&key, before, line) {
            Some((false, anchor)) => anchors.good.push(anchor),
            Some((true, head)) => anchors.put_back(head),
            None => anchors.forged = true,
        }
        before = line;
    }
    Ok(anchors)
}

/// A line as it was written after `before`, and whether it notes a restore.
fn parse(key: &[u8; 32], before: &str, line: &str) -> Option<(bool, Anchor)> {
    let (body, tag) = line.rsplit_once(' ')?;
    mark(key, before, body).verify_slice(&unhex(tag)?).ok()?;
    let mut words = body.split(' ');
    let restored = match words.next()? {
        "anchor" => false,
        "restored" => true,
        _ => return None,
    };
    let seq = words.next()?.parse().ok()?;
    let at = DateTime::from_timestamp_micros(words.next()?.parse().ok()?)?;
    Some((restored, Anchor { seq, at, hash: unhex(words.next()?)? }))
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

    #[test]
    fn a_restore_sets_newer_anchors_aside_and_its_note_can_be_neither_moved_nor_doubled() {
        let folder = tempfile::tempdir().expect("a folder");
        let anchor = |seq| Anchor { seq, at: DateTime::UNIX_EPOCH, hash: vec![1; 32] };
        assert_eq!(note_restore(folder.path(), &anchor(1)).expect("nothing to note"), 0);
        for seq in [3, 6, 9] {
            write(folder.path(), &anchor(seq)).expect("written");
        }
        assert_eq!(note_restore(folder.path(), &anchor(6)).expect("noted"), 1);
        write(folder.path(), &anchor(8)).expect("written");
        let anchors = read(folder.path()).expect("read");
        assert_eq!(anchors.good.iter().map(|anchor| anchor.seq).collect::<Vec<_>>(), [3, 6, 8]);
        assert_eq!((anchors.restored[0].set_aside, anchors.forged), (1, false));
        let path = log_path(folder.path());
        let text = fs::read_to_string(&path).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        let note = lines[3];
        let doubled = format!("{text}{note}\n");
        let moved = [lines[0], note, lines[1], lines[2], lines[4]].join("\n");
        let taken = [lines[0], lines[1], lines[2], lines[4]].join("\n");
        for tampered in [doubled, moved, taken] {
            fs::write(&path, &tampered).expect("tampered");
            assert!(read(folder.path()).expect("read").forged, "{tampered}");
        }
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
