//! What changed, told to whoever watches: inside this process, and between nodes on PostgreSQL.
//!
//! A topic carries ids only. Whoever hears it reads again with its own rights.

use std::str::FromStr;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::db::{Db, dialect};

/// Something that people watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Everything: sent when messages may have been missed.
    All,
    /// The clinic's settings.
    Settings,
    /// The line and the room of one service point.
    Point(i64),
    /// What the displays show and say.
    Displays,
    /// One display: its pairing or its revocation.
    Display(i64),
    /// One visit, for the patient who holds its slip.
    Visit(i64),
    /// Slots and appointments of one doctor.
    Doctor(i64),
    /// Today's arrivals.
    Arrivals,
    /// The laboratory's worklist.
    Laboratory,
    /// The pharmacy's worklist.
    Pharmacy,
    /// What the cashier works on.
    Money,
    /// The results that one doctor has to review.
    Reviews(i64),
    /// Rights or sign-ins of one account: its open streams look again whether they may go on.
    Account(i64),
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Topic::All => f.write_str("all"),
            Topic::Settings => f.write_str("settings"),
            Topic::Point(id) => write!(f, "point:{id}"),
            Topic::Displays => f.write_str("displays"),
            Topic::Display(id) => write!(f, "display:{id}"),
            Topic::Visit(id) => write!(f, "visit:{id}"),
            Topic::Doctor(id) => write!(f, "doctor:{id}"),
            Topic::Arrivals => f.write_str("arrivals"),
            Topic::Laboratory => f.write_str("laboratory"),
            Topic::Pharmacy => f.write_str("pharmacy"),
            Topic::Money => f.write_str("money"),
            Topic::Reviews(id) => write!(f, "reviews:{id}"),
            Topic::Account(id) => write!(f, "account:{id}"),
        }
    }
}

impl FromStr for Topic {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, id) = text.split_once(':').unwrap_or((text, ""));
        let id = || id.parse::<i64>().map_err(|_| ());
        Ok(match kind {
            "all" => Topic::All,
            "settings" => Topic::Settings,
            "point" => Topic::Point(id()?),
            "displays" => Topic::Displays,
            "display" => Topic::Display(id()?),
            "visit" => Topic::Visit(id()?),
            "doctor" => Topic::Doctor(id()?),
            "arrivals" => Topic::Arrivals,
            "laboratory" => Topic::Laboratory,
            "pharmacy" => Topic::Pharmacy,
            "money" => Topic::Money,
            "reviews" => Topic::Reviews(id()?),
            "account" => Topic::Account(id()?),
            _ => return Err(()),
        })
    }
}

/// The hub of one process.
#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Arc<[Topic]>>,
    /// Signs what this process tells, so that it does not listen to itself.
    name: Arc<str>,
}

/// Messages a slow watcher may fall behind before it is simply told to read everything again.
const BACKLOG: usize = 256;

impl Hub {
    /// A hub that nobody listens to yet.
    pub fn new() -> Self {
        let name = format!("from:{:016x}", rand::random::<u64>());
        Hub { sender: broadcast::channel(BACKLOG).0, name: name.into() }
    }

    /// Everything that is told from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<[Topic]>> {
        self.sender.subscribe()
    }

    /// How many watch.
    pub fn watchers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Tells this process only.
    pub fn tell_here(&self, topics: &[Topic]) {
        // Nobody listening is no fault.
        let _ = self.sender.send(topics.into());
    }

    /// Tells every node what a committed change touched. A lost message is healed by the next read.
    pub async fn tell(&self, db: &Db, topics: &[Topic]) {
        if topics.is_empty() {
            return;
        }
        self.tell_here(topics);
        let words: Vec<String> = topics.iter().map(Topic::to_string).collect();
        if let Err(error) = dialect::notify(db, &format!("{} {}", self.name, words.join(" "))).await {
            tracing::warn!(%error, "could not tell the other nodes");
        }
    }

    /// Passes on what other nodes tell, until the process ends. PostgreSQL echoes our own words too.
    pub async fn relay(&self, db: &Db) -> Result<(), crate::db::DbError> {
        let Some(mut heard) = dialect::listen(db).await? else { return Ok(()) };
        let (hub, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            while let Some(words) = heard.recv().await {
                if words.starts_with(&*hub.name) {
                    continue;
                }
                let topics: Vec<Topic> =
                    words.split_whitespace().filter_map(|word| word.parse().ok()).collect();
                db.changed_elsewhere();
                hub.tell_here(if topics.is_empty() { &[Topic::All] } else { &topics });
            }
        });
        Ok(())
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
