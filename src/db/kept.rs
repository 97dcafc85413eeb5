//! Rows that many pages show alike: read once, then kept until something changes (docs/decisions/026).
//!
//! The line of a room is the same for every screen that shows it, and a call makes all of them ask for it at once. Such a
//! statement says so with [`super::Sql::all_kept`]; its rows answer whoever asks next, until this process commits a change
//! or hears of one from another node. What is about one patient or one sign-in is never kept: no record, no balance, no right.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Sql, Value};

/// Answers kept at most; a clinic has some dozens.
const MOST: usize = 256;
/// For how long at most: what another node does not tell, or a message that was lost, is seen after it.
const AT_MOST: Duration = Duration::from_secs(1);

/// Tables that no kept statement reads. Their changes end nothing: whoever signs in or opens a record would otherwise empty
/// the boards of everybody.
const BESIDE: [&str; 5] = ["audit_entry", "audit_seal", "known_device", "sign_in", "throttle"];

/// What a process keeps.
#[derive(Debug, Default)]
pub struct Kept {
    /// Changes that ended so far, whether or not they touched what is kept.
    changes: AtomicU64,
    /// Changes that somebody may see already and that have not ended.
    under_way: AtomicUsize,
    answers: Mutex<Answers>,
}

/// Answers between two changes.
#[derive(Debug, Default)]
struct Answers {
    /// The changes that they know.
    after: u64,
    /// When the first of them was asked for.
    since: Option<Instant>,
    rows: HashMap<Question, Arc<dyn Any + Send + Sync>>,
}

/// A statement, told by its place, and its values.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question((usize, usize), Vec<Value>);

/// The moment at which a question was asked of the database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// None while something changed: then some may have seen it and others not.
    after: Option<u64>,
    at: Instant,
}

impl Kept {
    /// Something changed elsewhere, and is to be seen.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// The changes that everybody sees; none while one is under way.
    fn settled(&self) -> Option<u64> {
        // A change is counted before it is no longer under way, and read here the other way round.
        let still = self.under_way.load(Ordering::Acquire) == 0;
        still.then(|| self.changes.load(Ordering::Acquire))
    }

    /// The rows, if they are kept; else the moment, to be given to [`Kept::keep`].
    pub(super) fn rows<T: Clone + Send + Sync + 'static>(&self, sql: &Sql) -> Result<Vec<T>, Asked> {
        debug_assert!(
            reads_none_beside(sql.text()),
            "a change of what this reads may end nothing: {}",
            sql.text()
        );
        let asked = Asked { after: self.settled(), at: Instant::now() };
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if !answers.hold_for(asked) {
            return Err(asked);
        }
        let rows = answers.rows.get(&Question::of(sql)).map(Arc::clone);
        drop(answers);
        rows.as_ref().and_then(|rows| rows.downcast_ref::<Vec<T>>()).cloned().ok_or(asked)
    }

    /// Keeps rows that were read since `asked`, unless something has changed or begun to change meanwhile.
    pub(super) fn keep<T: Clone + Send + Sync + 'static>(&self, sql: &Sql, asked: Asked, rows: &[T]) {
        let Some(after) = asked.after.filter(|after| self.settled() == Some(*after)) else { return };
        let (question, rows) = (Question::of(sql), Arc::new(rows.to_vec()));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever read later may have been quicker.
        if answers.since.is_some() && answers.after > after {
            return;
        }
        if !answers.hold_for(asked) || answers.rows.len() == MOST {
            *answers = Answers { after, since: Some(asked.at), rows: HashMap::new() };
        }
        answers.rows.insert(question, rows);
    }
}

impl Answers {
    /// Whether they are what the database would answer to who asks now.
    fn hold_for(&self, asked: Asked) -> bool {
        let young = self.since.is_some_and(|since| asked.at.saturating_duration_since(since) < AT_MOST);
        asked.after == Some(self.after) && young
    }
}

impl Question {
    fn of(sql: &Sql) -> Self {
        Question(sql.place(), sql.values().to_vec())
    }
}

fn reads_none_beside(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    !words.any(|word| BESIDE.contains(&word))
}

/// A change while it is made, from before anybody can see it. It counts when this goes, whichever way that is: a commit
/// whose answer nobody waited for may have been made.
#[derive(Debug)]
pub struct Change(Arc<Kept>);

impl Change {
    pub(super) fn of(kept: &Arc<Kept>) -> Self {
        kept.under_way.fetch_add(1, Ordering::AcqRel);
        Change(Arc::clone(kept))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.0.changed();
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}
