//! Sealing entries into a chain, and walking it.

use sha2::{Digest, Sha256};

use super::store::{self, Stored};
use crate::app::App;
use crate::db::DbError;

/// Entries sealed in one transaction.
const BATCH: i64 = 500;

/// What a walk over the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Links that hold.
    pub links: i64,
    /// Entries that are not sealed yet.
    pub unsealed: i64,
    /// The hash of the newest link, in hexadecimal.
    pub head: String,
    /// The first link that does not hold.
    pub broken: Option<Broken>,
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
    let mut sealed = 0;
    loop {
        let mut tx = app.db.begin().await?;
        let entries = store::unsealed(&mut tx, BATCH).await?;
        let full = entries.len() as i64 == BATCH;
        if entries.is_empty() {
            return Ok(sealed);
        }
        let (mut seq, mut previous) = match store::head(&mut tx).await? {
            Some(head) => (head.seq, head.hash),
            None => (0, vec![0; 32]),
        };
        for entry in &entries {
            seq += 1;
            let hash = link(&previous, seq, entry);
            store::insert_seal(&mut tx, seq, entry.id, &previous, &hash).await?;
            previous = hash;
        }
        tx.commit().await?;
        sealed += entries.len();
        if !full {
            return Ok(sealed);
        }
    }
}

/// Walks the chain from its beginning.
pub async fn verify(app: &App) -> Result<Verified, DbError> {
    let (mut seq, mut previous) = (0, vec![0; 32]);
    let mut broken = None;
    'walk: loop {
        let links = store::sealed_after(&app.db, seq, 2_000).await?;
        if links.is_empty() {
            break;
        }
        for stored in links {
            let why = if stored.seq != seq + 1 {
                Some("a link is missing before it")
            } else if stored.previous != previous {
                Some("it does not follow from the link before")
            } else if link(&previous, stored.seq, &stored.entry) != stored.hash {
                Some("the entry was changed after it was sealed")
            } else {
                None
            };
            if let Some(why) = why {
                broken = Some(Broken { seq: stored.seq, why });
                break 'walk;
            }
            seq = stored.seq;
            previous = stored.hash;
        }
    }
    if broken.is_none() && store::seal_count(&app.db).await? != seq {
        broken = Some(Broken { seq: seq + 1, why: "an entry that was sealed is gone" });
    }
    let head = previous.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Verified { links: seq, unsealed: store::unsealed_count(&app.db).await?, head, broken })
}
