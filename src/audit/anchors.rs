//! Anchors outside the database: now and then the head of the chain is written to a file, under a key that the database
//! does not hold. Who cuts the chain's tail or builds it anew cannot match them (P30).
//!
//! A line is `anchor|restored|anew seq micros hash mark`. The mark covers the line before as well, so no line can be taken
//! out, doubled or moved by somebody without the key. `restored` says that a copy whose chain ends at `seq` was put
//! back: anchors of what came after it are set aside, in the file still, and no longer compared. `anew` stands before the
//! first line of a file that is written where only the key is left.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
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

/// Why the anchors cannot be compared with the chain, or must not be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The file is there, its key is not.
    NoKey,
    /// Something else lies where the key was.
    WrongKey,
    /// The key is there, the file is not: nobody makes the one without the other.
    NoLog,
    /// The file was begun anew beside its old key.
    BegunAnew,
}

impl Trouble {
    /// What is wrong, and what helps.
    pub(super) fn words(self) -> &'static str {
        match self {
            Trouble::NoKey => {
                "audit.key is missing, so the marks of audit-anchors.log cannot be compared; put the key back, or move \
                 the log away if it is lost"
            }
            Trouble::WrongKey => {
                "audit.key does not hold 32 bytes, so it is not the key of the anchors; put the right one back"
            }
            Trouble::NoLog => "audit.key is here and audit-anchors.log is not: the anchors were taken away",
            Trouble::BegunAnew => "audit-anchors.log was taken away once and begun anew",
        }
    }
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Anchor,
    Restored,
    /// The file was not there any more when this line was written.
    Anew,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Anchor => "anchor",
            Kind::Restored => "restored",
            Kind::Anew => "anew",
        }
    }
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
    /// Why they do not count at all.
    pub trouble: Option<Trouble>,
}

impl Anchors {
    /// From here on the chain goes on after `head`; what was anchored of it before still counts.
    fn put_back(&mut self, head: Anchor) {
        self.trouble = None;
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

enum Key {
    Is([u8; 32]),
    Wrong,
    Missing,
}

fn key_path(folder: &Path) -> PathBuf {
    folder.join("audit.key")
}

fn key(folder: &Path) -> io::Result<Key> {
    match fs::read(key_path(folder)) {
        Ok(bytes) => Ok(bytes.try_into().map_or(Key::Wrong, Key::Is)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Key::Missing),
        Err(error) => Err(error),
    }
}

/// A new key, readable by nobody else.
fn make_key(folder: &Path) -> io::Result<[u8; 32]> {
    fs::create_dir_all(folder)?;
    let key: [u8; 32] = rand::random();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(key_path(folder))?.write_all(&key)?;
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
    append(folder, Kind::Anchor, anchor)
}

/// Notes that a copy was put back whose chain ends with `head`, where anchors of a longer chain may stand. Returns how
/// many of them count no more; a folder without anchors needs no note.
pub(super) fn note_restore(folder: &Path, head: &Anchor) -> io::Result<i64> {
    let present = read(folder)?;
    if present.good.is_empty() && !present.forged && present.trouble.is_none() {
        return Ok(0);
    }
    append(folder, Kind::Restored, head)?;
    Ok(present.good.iter().filter(|anchor| anchor.seq > head.seq).count() as i64)
}

/// Whether a line can be added; who restores wants to know it before.
pub(super) fn can_be_noted(folder: &Path) -> io::Result<()> {
    match read(folder)?.trouble {
        Some(trouble @ (Trouble::NoKey | Trouble::WrongKey)) => Err(io::Error::other(trouble.words())),
        Some(Trouble::NoLog | Trouble::BegunAnew) | None => Ok(()),
    }
}

fn append(folder: &Path, kind: Kind, anchor: &Anchor) -> io::Result<()> {
    let text = text(folder)?;
    let (key, is_new) = match key(folder)? {
        Key::Is(key) => (key, false),
        Key::Wrong => return Err(io::Error::other(Trouble::WrongKey.words())),
        // Under a new key every line that is there would be a forged one.
        Key::Missing if !text.is_empty() => return Err(io::Error::other(Trouble::NoKey.words())),
        Key::Missing => (make_key(folder)?, true),
    };
    let kinds = if text.is_empty() && !is_new { vec![Kind::Anew, kind] } else { vec![kind] };
    let mut before = text.lines().rfind(|line| !line.is_empty()).unwrap_or_default().to_owned();
    // A line that broke off when the power went away stays a line of its own.
    let mut lines = if text.is_empty() || text.ends_with('\n') { String::new() } else { "\n".to_owned() };
    for kind in kinds {
        let (word, at) = (kind.word(), anchor.at.timestamp_micros());
        let body = format!("{word} {} {at} {}", anchor.seq, hex(&anchor.hash));
        before = format!("{body} {}", hex(&mark(&key, &before, &body).finalize().into_bytes()));
        lines += &format!("{before}\n");
    }
    let written = OpenOptions::new().append(true).create(true).open(log_path(folder)).and_then(|mut file| {
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    });
    // A key alone would tell of a log that was taken away: the two come to the disk together or go.
    match written {
        Ok(()) if is_new => File::open(key_path(folder))?.sync_all(),
        Err(error) if is_new => {
            let _ = fs::remove_file(key_path(folder));
            let _ = fs::remove_file(log_path(folder));
            Err(error)
        }
        other => other,
    }
}

fn text(folder: &Path) -> io::Result<String> {
    match fs::read_to_string(log_path(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other,
    }
}

/// Reads all anchors; a folder without any has none. Nothing is written.
pub(super) fn read(folder: &Path) -> io::Result<Anchors> {
    let text = text(folder)?;
    let mut anchors = Anchors::default();
    let key = match (key(folder)?, text.is_empty()) {
        (Key::Is(key), false) => key,
        (Key::Missing, true) => return Ok(anchors),
        (found, _) => {
            anchors.trouble = Some(match found {
                Key::Is(_) => Trouble::NoLog,
                Key::Wrong => Trouble::WrongKey,
                Key::Missing => Trouble::NoKey,
            });
            return Ok(anchors);
        }
    };
    let mut before = "";
    for line in text.lines().filter(|line| !line.is_empty()) {
        match parse(&key, before, line) {
            Some((Kind::Anchor, anchor)) => anchors.good.push(anchor),
            Some((Kind::Restored, head)) => anchors.put_back(head),
            Some((Kind::Anew, _)) => anchors.trouble = Some(Trouble::BegunAnew),
            None => anchors.forged = true,
        }
        before = line;
    }
    Ok(anchors)
}

/// A line as it was written after `before`, and what it is about.
fn parse(key: &[u8; 32], before: &str, line: &str) -> Option<(Kind, Anchor)> {
    let (body, tag) = line.rsplit_once(' ')?;
    mark(key, before, body).verify_slice(&unhex(tag)?).ok()?;
    let mut words = body.split(' ');
    let word = words.next()?;
    let kind = [Kind::Anchor, Kind::Restored, Kind::Anew].into_iter().find(|kind| kind.word() == word)?;
    let seq = words.next()?.parse().ok()?;
    let at = DateTime::from_timestamp_micros(words.next()?.parse().ok()?)?;
    Some((kind, Anchor { seq, at, hash: unhex(words.next()?)? }))
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

    #[test]
    fn a_log_or_a_key_that_went_away_is_said_and_nothing_is_made_in_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let anchor = Anchor { seq: 7, at: DateTime::UNIX_EPOCH, hash: vec![1; 32] };
        let trouble = || read(folder.path()).expect("read").trouble;
        write(folder.path(), &anchor).expect("written");
        assert_eq!(trouble(), None);
        let (key, log) = (key_path(folder.path()), log_path(folder.path()));
        let kept = fs::read(&key).expect("the key");
        fs::remove_file(&key).expect("lost");
        assert_eq!(trouble(), Some(Trouble::NoKey));
        assert!(write(folder.path(), &anchor).is_err() && !key.exists());
        fs::write(&key, b"short").expect("wrong");
        assert_eq!(trouble(), Some(Trouble::WrongKey));
        assert!(write(folder.path(), &anchor).is_err());
        fs::write(&key, &kept).expect("back");
        assert_eq!(trouble(), None);
        fs::remove_file(&log).expect("taken away");
        assert_eq!(trouble(), Some(Trouble::NoLog));
        // The next hour's anchor does not hide it.
        write(folder.path(), &anchor).expect("written");
        let anchors = read(folder.path()).expect("read");
        assert_eq!((anchors.trouble, anchors.forged), (Some(Trouble::BegunAnew), false));
        note_restore(folder.path(), &anchor).expect("noted");
        assert_eq!(trouble(), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        make_key(folder.path()).expect("made");
        let mode = fs::metadata(folder.path().join("audit.key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
