//! Rows that many pages show alike: read once, then kept until something changes (docs/decisions/026).
//!
//! The line of a room is the same for every screen that shows it, and a call makes all of them ask for it at once. Such a
//! statement says so with [`super::Sql::all_kept`]; its rows answer whoever asks next, until this process commits a change
//! or hears of one from another node. What is about one patient or one sign-in is never kept: no record, no balance, no right.

use std::any::Any;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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

/// Whoever waits for an answer that somebody else asked for asks after this time too: what changes all the time is never
/// kept.
const PATIENCE: Duration = Duration::from_millis(50);
/// Questions that are told apart while they are asked; two that share a place wait for each other.
const PLACES: usize = 64;

/// What a process keeps.
#[derive(Debug)]
pub struct Kept {
    /// Changes that ended so far, whether or not they touched what is kept.
    changes: AtomicU64,
    /// What was written so far, also beside (`BESIDE`): a snapshot that knows less is looked at no more.
    written: AtomicU64,
    /// Changes that somebody may see already and that have not ended.
    under_way: AtomicUsize,
    answers: Mutex<Answers>,
    /// Held by whoever asks a question of the database: a call makes every screen ask alike, and one asks for all.
    asking: [tokio::sync::Mutex<()>; PLACES],
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            changes: AtomicU64::default(),
            written: AtomicU64::default(),
            under_way: AtomicUsize::default(),
            answers: Mutex::default(),
            asking: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        }
    }
}

/// Answers between two changes.
#[derive(Debug, Default)]
struct Answers {
    /// The changes that they know.
    after: u64,
    /// When the first of them was asked for.
    since: Option<Instant>,
    made: HashMap<Question, Arc<dyn Any + Send + Sync>>,
}

/// A statement, told by its place, and its values.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question((usize, usize), Vec<Value>);

/// The moment at which a question was asked of the database.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// None while something changed: then some may have seen it and others not.
    after: Option<u64>,
    at: Instant,
}

impl Kept {
    /// Something changed elsewhere, and is to be seen.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// How much anybody can know to be written.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// The changes that everybody sees; none while one is under way.
    fn settled(&self) -> Option<u64> {
        // A change is counted before it is no longer under way, and read here the other way round.
        let still = self.under_way.load(Ordering::Acquire) == 0;
        still.then(|| self.changes.load(Ordering::Acquire))
    }

    /// What is made of the rows: kept, made for somebody who is asking already, or made by `read`, in this order.
    pub(super) async fn or<T: Send + Sync + 'static, E, F>(
        &self,
        sql: Sql,
        read: impl FnOnce(Sql) -> F,
    ) -> Result<Arc<T>, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let mut asked = match self.made(&sql) {
            Ok(made) => return Ok(made),
            Err(asked) => asked,
        };
        let place = &self.asking[Question::of(&sql).place()];
        let mut turn = place.try_lock().ok();
        // While something changes nothing will be kept, and nobody waits for it.
        if turn.is_none() && asked.after.is_some() {
            turn = tokio::time::timeout(PATIENCE, place.lock()).await.ok();
            match self.made(&sql) {
                Ok(made) => return Ok(made),
                Err(later) => asked = later,
            }
        }
        let made = Arc::new(read(sql.clone()).await?);
        self.keep(&sql, asked, Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        drop(turn);
        Ok(made)
    }

    /// What is kept; else the moment, to be given to [`Kept::keep`].
    fn made<T: Send + Sync + 'static>(&self, sql: &Sql) -> Result<Arc<T>, Asked> {
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
        let made = answers.made.get(&Question::of(sql)).map(Arc::clone);
        drop(answers);
        made.and_then(|made| made.downcast::<T>().ok()).ok_or(asked)
    }

    /// Keeps what was read since `asked`, unless something has changed or begun to change meanwhile.
    fn keep(&self, sql: &Sql, asked: Asked, made: Arc<dyn Any + Send + Sync>) {
        let Some(after) = asked.after.filter(|after| self.settled() == Some(*after)) else { return };
        let question = Question::of(sql);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever read later may have been quicker.
        if answers.since.is_some() && answers.after > after {
            return;
        }
        if !answers.hold_for(asked) || answers.made.len() == MOST {
            *answers = Answers { after, since: Some(asked.at), made: HashMap::new() };
        }
        answers.made.insert(question, made);
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

    /// Where it is asked.
    fn place(&self) -> usize {
        let mut hash = DefaultHasher::new();
        self.hash(&mut hash);
        hash.finish() as usize % PLACES
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

/// Something that is written; counted when this goes, before its caller goes on.
pub(super) struct Written<'a>(pub(super) &'a Kept);

impl Drop for Written<'_> {
    fn drop(&mut self) {
        self.0.written.fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use futures::future::join_all;

    use super::*;
    use crate::db::sql;

    /// How many of thirty who ask at once go to the database, when `meanwhile` happens before the first answer.
    async fn asked(meanwhile: impl Fn(&Kept)) -> u32 {
        let (kept, asked) = (Kept::default(), AtomicU32::new(0));
        let ask = || {
            kept.or::<u32, (), _>(sql("select 1"), async |_| {
                let before = asked.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                if before == 0 {
                    meanwhile(&kept);
                }
                Ok(before)
            })
        };
        let answers = join_all((0..30).map(|_| ask())).await;
        assert!(answers.iter().all(|answer| answer.is_ok()));
        asked.into_inner()
    }

    #[tokio::test]
    async fn one_asks_for_all_who_ask_alike() {
        assert_eq!(asked(|_| ()).await, 1);
        // An answer from before a change is for nobody who came after it: the next one asks again, for the rest.
        assert_eq!(asked(Kept::changed).await, 2);
    }

    #[tokio::test]
    async fn nobody_waits_long_for_who_asked_before() {
        let kept = Kept::default();
        let first = kept.or::<u32, (), _>(sql("select 1"), |_| std::future::pending());
        let second = kept.or::<u32, (), _>(sql("select 1"), async |_| Ok(2));
        tokio::select! {
            _ = first => unreachable!("it waits for ever"),
            made = second => assert_eq!(made, Ok(Arc::new(2))),
        }
    }
}
