//! A unit of work: one transaction with its audit entries, what it tells the watchers, and the submission it answers.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::db::{DbError, Tx};
use crate::live::Topic;

/// Who does something: a person at a browser, a timed job, or the command line.
#[derive(Debug, Clone)]
pub struct Doer {
    /// The account; absent for jobs, the command line and people who are not signed in.
    pub account_id: Option<i64>,
    /// The name at that time.
    pub name: String,
    /// The roles at that time, or `system`, `operator`, `public`.
    pub role: String,
    /// The network address, or empty.
    pub address: String,
    /// The request, or empty.
    pub request_id: String,
}

impl Doer {
    /// A timed job.
    pub fn job(name: &str) -> Self {
        Doer {
            account_id: None,
            name: name.to_owned(),
            role: "system".to_owned(),
            address: String::new(),
            request_id: String::new(),
        }
    }

    /// Somebody at the server's command line.
    pub fn operator() -> Self {
        Doer { role: "operator".to_owned(), ..Doer::job("command line") }
    }
}

/// Why a verb changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// It does not fit; the sentence says why and what to do.
    #[error("{0}")]
    Because(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An open unit of work. Dropping it undoes everything.
#[derive(Debug)]
#[must_use]
pub struct Work {
    pub(crate) app: App,
    pub(crate) tx: Tx,
    doer: Doer,
    topics: Vec<Topic>,
    at: DateTime<Utc>,
}

impl Work {
    /// Begins; everything in it carries one moment.
    pub async fn begin(app: &App, doer: Doer) -> Result<Self, DbError> {
        let tx = app.db.begin().await?;
        Ok(Work { app: app.clone(), tx, doer, topics: Vec::new(), at: app.clock.now() })
    }

    /// The transaction, for store functions.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The moment of this work.
    pub fn now(&self) -> DateTime<Utc> {
        self.at
    }

    /// The clinic's day of this work (T1).
    pub fn today(&self) -> NaiveDate {
        self.app.clinic().day_of(self.at)
    }

    /// Who does it.
    pub fn doer(&self) -> &Doer {
        &self.doer
    }

    /// Writes an audit entry in the same transaction (R5).
    pub async fn audit(&mut self, entry: Entry) -> Result<(), DbError> {
        audit::record(&mut self.tx, self.at, &self.doer, entry).await
    }

    /// Writes many audit entries of one moment at once.
    pub async fn audit_all(&mut self, entries: Vec<Entry>) -> Result<(), DbError> {
        audit::record_all(&mut self.tx, self.at, &self.doer, entries).await
    }

    /// After the commit, those who watch `topic` will read again.
    pub fn tell(&mut self, topic: Topic) {
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
        }
    }

    /// Makes it durable, then tells the watchers.
    pub async fn commit(self) -> Result<(), DbError> {
        let Work { app, tx, topics, .. } = self;
        tx.commit().await?;
        app.live.tell(&app.db, &topics).await;
        Ok(())
    }

    /// The same for work as [`Tx::commit_beside`] takes it.
    pub async fn commit_beside(self) -> Result<(), DbError> {
        let Work { app, tx, topics, .. } = self;
        tx.commit_beside().await?;
        app.live.tell(&app.db, &topics).await;
        Ok(())
    }
}
