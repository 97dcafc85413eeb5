//! Openings of records, written down together: those that ask at the same moment share one statement, so that forty
//! doctors who open forty records wait for one flush of the disk and not for forty. No page is out before its entry is
//! durable (rule A5).

use std::io::ErrorKind;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use tokio::sync::{mpsc, oneshot};

use super::{Entry, store};
use crate::db::{Db, DbError, count_query};
use crate::work::Doer;

/// Openings of one statement.
const TOGETHER: usize = 32;
/// Openings that may wait; whoever comes then waits for a place.
const WAITING: usize = 1_024;

struct Opening {
    at: DateTime<Utc>,
    doer: Doer,
    entry: Entry,
    written: oneshot::Sender<Result<(), Failed>>,
}

/// What everybody is told who waited for the same statement.
type Failed = (ErrorKind, String);

/// The way to the one task of a node that writes openings; it starts with the first.
#[derive(Debug, Default)]
pub struct Openings(OnceLock<mpsc::Sender<Opening>>);

impl Openings {
    /// Writes an entry that stands for itself. Returns once it is durable; dropped before, it is written all the same.
    ///
    /// # Errors
    /// `Unavailable`, or `Full`, when the database took none of those that were written together.
    pub async fn write(&self, db: &Db, at: DateTime<Utc>, doer: Doer, entry: Entry) -> Result<(), DbError> {
        count_query();
        self.hand_over(db, at, doer, entry).await
    }

    /// The same for a page that tells of many: they wait at once and share statements, so the page counts one query.
    ///
    /// # Errors
    /// See [`Openings::write`].
    pub async fn write_all(
        &self,
        db: &Db,
        at: DateTime<Utc>,
        doer: &Doer,
        entries: Vec<Entry>,
    ) -> Result<(), DbError> {
        if entries.is_empty() {
            return Ok(());
        }
        count_query();
        let mut waiting = Vec::with_capacity(entries.len());
        for entry in entries {
            waiting.push(self.hand_over(db, at, doer.clone(), entry));
        }
        try_join_all(waiting).await?;
        Ok(())
    }

    async fn hand_over(&self, db: &Db, at: DateTime<Utc>, doer: Doer, entry: Entry) -> Result<(), DbError> {
        let (written, answer) = oneshot::channel();
        let sender = self.0.get_or_init(|| {
            let (sender, waiting) = mpsc::channel(WAITING);
            tokio::spawn(work_off(db.clone(), waiting));
            sender
        });
        let sent = sender.send(Opening { at, doer, entry, written }).await;
        let outcome = match sent {
            Ok(()) => {
                answer.await.unwrap_or_else(|_| Err((ErrorKind::Other, "nobody writes openings".to_owned())))
            }
            Err(_) => Err((ErrorKind::Other, "nobody takes openings".to_owned())),
        };
        outcome.map_err(|(kind, why)| std::io::Error::new(kind, why).into())
    }
}

async fn work_off(db: Db, mut waiting: mpsc::Receiver<Opening>) {
    let mut together = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut together, TOGETHER).await > 0 {
        let outcome = all(&db, &together).await.map_err(|error| {
            let full = matches!(error, DbError::Full(_));
            (if full { ErrorKind::StorageFull } else { ErrorKind::Other }, error.to_string())
        });
        for opening in together.drain(..) {
            // Whoever asked may be gone; the entry stands.
            let _ = opening.written.send(outcome.clone());
        }
    }
}

async fn all(db: &Db, together: &[Opening]) -> Result<(), DbError> {
    store::insert_together(db, together.iter().map(|one| (one.at, &one.doer, &one.entry))).await
}
