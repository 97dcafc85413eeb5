//! Rows that many pages show alike: read once, then kept until something changes (docs/decisions/026).
//!
//! The line of a room is the same for every screen that shows it, and a call makes all of them ask for it at once. Such a
//! statement says so with [`super::Sql::all_kept`]; its rows answer whoever asks next, until this process commits a change
//! or hears of one from another node. Nothing that depends on who asks is kept, neither sign-ins nor a patient's record.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Sql, Value};

/// Answers kept at most; a clinic has some dozens.
const MOST: usize = 256;
/// For how long where other nodes write too: what they do not tell, or a message that was lost, is seen after it.
const BESIDE_OTHERS: Duration = Duration::from_secs(1);

/// What a process keeps.
#[derive(Debug, Default)]
pub struct Kept {
    /// Changes that ended so far, whether or not they touched what is kept.
    changes: AtomicU64,
    /// None where nobody else can write.
    at_most: Option<Duration>,
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

/// A statement and its values. The text is told by where it lies: it is a constant of the program.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question(usize, Vec<Value>);

/// The moment at which a question was asked of the database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    after: u64,
    at: Instant,
}

impl Kept {
    /// Of a database that other nodes change as well.
    pub(super) fn beside_others() -> Self {
        Kept { at_most: Some(BESIDE_OTHERS), ..Kept::default() }
    }

    /// Something changed: what is kept is no longer asked. To be called after the change is to be seen and before anybody
    /// is told of it.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// The rows, if they are kept; else the moment, to be given to [`Kept::keep`].
    pub(super) fn rows<T: Clone + Send + Sync + 'static>(&self, sql: &Sql) -> Result<Vec<T>, Asked> {
        let asked = Asked { after: self.changes.load(Ordering::Acquire), at: Instant::now() };
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.stand(&answers, asked) {
            return Err(asked);
        }
        let rows = answers.rows.get(&Question::of(sql)).map(Arc::clone);
        drop(answers);
        rows.as_ref().and_then(|rows| rows.downcast_ref::<Vec<T>>()).cloned().ok_or(asked)
    }

    /// Keeps rows that were read since `asked`, unless something has changed meanwhile.
    pub(super) fn keep<T: Clone + Send + Sync + 'static>(&self, sql: &Sql, asked: Asked, rows: &[T]) {
        let (question, rows) = (Question::of(sql), Arc::new(rows.to_vec()));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.after != self.changes.load(Ordering::Acquire) {
            return;
        }
        if !self.stand(&answers, asked) || answers.rows.len() == MOST {
            *answers = Answers { after: asked.after, since: Some(asked.at), rows: HashMap::new() };
        }
        answers.rows.insert(question, rows);
    }

    /// Whether the answers hold for who asks now.
    fn stand(&self, answers: &Answers, asked: Asked) -> bool {
        let fresh =
            |most| answers.since.is_some_and(|since| asked.at.saturating_duration_since(since) < most);
        answers.after == asked.after && self.at_most.is_none_or(fresh)
    }
}

impl Question {
    fn of(sql: &Sql) -> Self {
        Question(sql.text().as_ptr().addr(), sql.values().to_vec())
    }
}

/// Says that something changed when it goes, whichever way that is: a commit whose answer nobody waited for may have
/// been made.
#[derive(Debug)]
pub struct Change(Arc<Kept>);

impl Change {
    pub(super) fn of(kept: &Arc<Kept>) -> Self {
        Change(Arc::clone(kept))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.0.changed();
    }
}
