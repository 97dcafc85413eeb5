//! Sealing entries into a chain, and walking it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use sha2::{Digest, Sha256};

use super::anchors::{self, Anchor, Restored, Trouble};
use super::entry::Entry;
use super::store::{self, Sealed, Stored};
use crate::app::App;
use crate::db::DbError;
use crate::work::{Doer, Work};

/// Entries sealed in one transaction.
const BATCH: i64 = 500;
/// The first seconds of a minute, in which late entries are looked for: as many as a slow node may take for a look.
const BEGINNING: u32 = 5;

/// What a walk over the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Links that hold.
    pub links: i64,
    /// Entries that are not sealed yet.
    pub unsealed: i64,
    /// Anchors outside the database that were compared.
    pub anchors: i64,
    /// The hash of the newest link, in hexadecimal.
    pub head: String,
    /// Copies that were put back, as the anchors' file tells.
    pub restored: Vec<Restored>,
    /// The first link that does not hold.
    pub broken: Option<Broken>,
    /// Why the anchors cannot be compared, or must not be believed.
    pub trouble: Option<&'static str>,
}

/// The first place where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its place in the chain.
    pub seq: i64,
    /// Why.
    pub why: &'static str,
}

/// The hash of a link: SHA-256 over the previous hash, the place in the chain and a versioned list of all columns.
fn link(previous: &[u8], seq: i64, entry: &Stored) -> Vec<u8> {
    let columns = serde_json::json!([
        "infirmary-audit-1",
        seq,
        entry.id,
        entry.at.timestamp_micros(),
        entry.account_id,
        entry.name,
        entry.role,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.patient_id,
        entry.address,
        entry.request_id,
        entry.detail,
    ]);
    Sha256::new().chain_update(previous).chain_update(columns.to_string()).finalize().to_vec()
}

/// Seals what is not sealed yet. Returns how many entries it sealed.
pub async fn seal(app: &App) -> Result<usize, DbError> {
    seal_within(app, store::WHOLE).await
}

/// The same every second: what came since the last time, and at the beginning of each minute also what committed later than
/// many a younger entry.
pub async fn seal_in_turn(app: &App) -> Result<usize, DbError> {
    let reach = if app.clock.now().second() < BEGINNING { store::WHOLE } else { store::RECENT };
    seal_within(app, reach).await
}

async fn seal_within(app: &App, reach: i64) -> Result<usize, DbError> {
    let mut sealed = 0;
    // Asked beside the writer, who would have to wait for the answer that there is nothing.
    while store::unsealed(&app.db, reach, 1).await?.pop().is_some() {
        let mut tx = app.db.begin().await?;
        let entries = store::unsealed(&mut tx, reach, BATCH).await?;
        let (mut seq, mut previous) = match store::head(&mut tx).await? {
            Some(head) => (head.seq, head.hash),
            None => (0, vec![0; 32]),
        };
        let mut seals = Vec::with_capacity(entries.len());
        for entry in &entries {
            seq += 1;
            let hash = link(&previous, seq, entry);
            seals.push(store::Seal { seq, entry_id: entry.id, previous, hash: hash.clone() });
            previous = hash;
        }
        store::insert_seals(&mut tx, seals).await?;
        // The seals of a busy hour follow each other closely: boards need not be read anew for them.
        tx.commit_beside().await?;
        sealed += entries.len();
    }
    Ok(sealed)
}

/// Writes the head of the chain where the database cannot reach.
pub async fn anchor(app: &App) -> Result<(), DbError> {
    seal(app).await?;
    let Some(head) = store::head(&app.db).await? else { return Ok(()) };
    let anchor = Anchor { seq: head.seq, at: app.clock.now(), hash: head.hash };
    tracing::info!(seq = anchor.seq, head = %hex(&anchor.hash), "audit anchor");
    let folder = app.config.data_dir.clone();
    let written = tokio::task::spawn_blocking(move || anchors::write(&folder, &anchor)).await;
    written.map_err(io).and_then(|written| written).map_err(DbError::from)
}

/// What putting a copy back did to the anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// The last link of the copy's chain.
    pub seq: i64,
    /// Anchors of a longer chain that no longer count.
    pub set_aside: i64,
}

/// Notes in the trail and in this node's anchors that the copy `file` was put back. Anchors of the copy's own chain go on
/// counting: a copy that somebody has changed does not match them.
pub async fn restored(app: &App, file: &str) -> Result<Noted, DbError> {
    let head = store::head(&app.db).await?;
    let (seq, hash) = head.map_or((0, vec![0; 32]), |head| (head.seq, head.hash));
    let mut work = Work::begin(app, Doer::operator()).await?;
    let at = work.now();
    work.audit(Entry::new("database.restored", "database", None).with("copy", file).with("link", seq))
        .await?;
    work.commit().await?;
    let set_aside = note(app, Anchor { seq, at, hash }).await?;
    Ok(Noted { seq, set_aside })
}

/// Notes in the anchors of another node what the trail says of the newest restore; none where it tells of none.
pub async fn restored_elsewhere(app: &App) -> Result<Option<Noted>, DbError> {
    let Some(entry) = store::newest_of_action(&app.db, "database.restored").await? else { return Ok(None) };
    let facts: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let seq = facts.get("link").and_then(serde_json::Value::as_i64).unwrap_or_default();
    let hash = store::hash_at(&app.db, seq).await?.unwrap_or_else(|| vec![0; 32]);
    let set_aside = note(app, Anchor { seq, at: entry.at, hash }).await?;
    Ok(Some(Noted { seq, set_aside }))
}

/// Whether this node's anchors can be told of a restore.
pub fn anchors_can_be_noted(folder: &std::path::Path) -> std::io::Result<()> {
    anchors::can_be_noted(folder)
}

async fn note(app: &App, head: Anchor) -> Result<i64, DbError> {
    let folder = app.config.data_dir.clone();
    let noted = tokio::task::spawn_blocking(move || anchors::note_restore(&folder, &head)).await;
    noted.map_err(io).and_then(|noted| noted).map_err(DbError::from)
}

fn io(error: tokio::task::JoinError) -> std::io::Error {
    std::io::Error::other(error)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Clocks of several nodes differ, and long work carries the moment of its beginning.
const EARLIER: TimeDelta = TimeDelta::hours(1);

/// What the walk knows so far.
struct Walk {
    seq: i64,
    previous: Vec<u8>,
    anchors: BTreeMap<i64, Anchor>,
    /// When the newest anchor behind the walk was written: nothing after it may be older.
    anchored_at: Option<DateTime<Utc>>,
}

impl Walk {
    /// Why the next link does not hold; none when it does.
    fn step(&mut self, stored: Sealed) -> Option<&'static str> {
        if stored.seq != self.seq + 1 {
            return Some("a link is missing before it");
        }
        if stored.previous != self.previous {
            return Some("it does not follow from the link before");
        }
        if link(&self.previous, stored.seq, &stored.entry) != stored.hash {
            return Some("the entry was changed after it was sealed");
        }
        if self.anchored_at.is_some_and(|at| stored.entry.at + EARLIER < at) {
            return Some("the entry was put in afterwards, with an earlier time");
        }
        if let Some(anchor) = self.anchors.get(&stored.seq) {
            if anchor.hash != stored.hash {
                return Some("it is not the link that was anchored outside the database");
            }
            self.anchored_at = Some(anchor.at);
        }
        self.seq = stored.seq;
        self.previous = stored.hash;
        None
    }
}

/// Walks the chain from its beginning and compares it with the anchors of this node.
pub async fn verify(app: &App) -> Result<Verified, DbError> {
    let folder = app.config.data_dir.clone();
    let anchors = tokio::task::spawn_blocking(move || anchors::read(&folder)).await;
    let anchors = anchors.map_err(io).and_then(|anchors| anchors).map_err(DbError::from)?;
    let (count, newest) = (anchors.good.len() as i64, anchors.good.iter().map(|anchor| anchor.seq).max());
    let by_seq = anchors.good.into_iter().map(|anchor| (anchor.seq, anchor)).collect();
    let (restored, trouble) = (anchors.restored, anchors.trouble.map(Trouble::words));
    let mut walk = Walk { seq: 0, previous: vec![0; 32], anchors: by_seq, anchored_at: None };
    let mut broken = None;
    'walk: loop {
        let links = store::sealed_after(&app.db, walk.seq, 2_000).await?;
        if links.is_empty() {
            break;
        }
        for stored in links {
            let seq = stored.seq;
            if let Some(why) = walk.step(stored) {
                broken = Some(Broken { seq, why });
                break 'walk;
            }
        }
    }
    let seq = walk.seq;
    if broken.is_none() && store::seal_count(&app.db).await? != seq {
        broken = Some(Broken { seq: seq + 1, why: "an entry that was sealed is gone" });
    } else if broken.is_none() && newest.is_some_and(|newest| newest > seq) {
        broken = Some(Broken { seq: seq + 1, why: "the chain was longer when it was anchored" });
    } else if broken.is_none() && anchors.forged {
        broken = Some(Broken { seq, why: "a line of the anchors does not bear their key's mark" });
    } else if broken.is_none() && store::left_behind(&app.db).await? {
        broken = Some(Broken { seq, why: "an entry was put in afterwards, between sealed ones" });
    }
    let unsealed = store::unsealed_count(&app.db).await?;
    Ok(Verified {
        links: seq,
        unsealed,
        anchors: count,
        head: hex(&walk.previous),
        restored,
        broken,
        trouble,
    })
}
