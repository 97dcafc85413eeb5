//! One snapshot of SQLite for whatever a request reads before it waits for something: a page shows one moment, and
//! beginning and ending a reading, for which all readers stand in line, is done once (docs/decisions/030).
//!
//! A request is polled by one thread from one wait to the next; a reader that it took stays with that thread until then.
//! Once somebody has written, the next statement looks anew: whoever knows of a change sees it.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;

use super::readers::{Reader, Readers};

thread_local! {
    /// What the request reads from that this thread is working on; none outside of one.
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Here {
    taken: Option<(Arc<Readers>, Reader)>,
}

/// From one wait of a request to the next. One inside another is part of it.
struct Stretch {
    outermost: bool,
}

impl Stretch {
    fn begin() -> Self {
        let outermost = HERE.with_borrow_mut(|here| {
            let outermost = here.is_none();
            here.get_or_insert_default();
            outermost
        });
        Stretch { outermost }
    }
}

impl Drop for Stretch {
    fn drop(&mut self) {
        if !self.outermost {
            return;
        }
        let here = HERE.with_borrow_mut(Option::take);
        if let Some((readers, reader)) = here.and_then(|here| here.taken) {
            readers.give_back(reader);
        }
    }
}

/// Does the work of one request.
pub(super) async fn by_stretches<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    std::future::poll_fn(move |context| {
        let _stretch = Stretch::begin();
        work.as_mut().poll(context)
    })
    .await
}

/// Whether a request is being worked on here, and the reader of `readers` that it has already.
pub(super) fn take(readers: &Arc<Readers>) -> (bool, Option<Reader>) {
    HERE.with_borrow_mut(|here| {
        let Some(here) = here else { return (false, None) };
        let own = here.taken.take_if(|(of, _)| Arc::ptr_eq(of, readers));
        (true, own.map(|(_, reader)| reader))
    })
}

/// Leaves a reader with the request that is being worked on here; gives it back when there is none, or when it reads from
/// another database already.
pub(super) fn leave(readers: &Arc<Readers>, reader: Reader) {
    let over = HERE.with_borrow_mut(|here| match here {
        Some(here) if here.taken.is_none() => {
            here.taken = Some((Arc::clone(readers), reader));
            None
        }
        _ => Some(reader),
    });
    if let Some(reader) = over {
        readers.give_back(reader);
    }
}

#[cfg(test)]
mod tests {
    use crate::db::{Db, in_request, sql};

    async fn rows(db: &Db) -> i64 {
        sql("select count(*) from thing").scalar(db).await.unwrap()
    }

    async fn add(db: &Db) {
        sql("insert into thing values (1)").run(db).await.unwrap();
    }

    /// Somebody else does it, and this thread does not wait in between as a request waits.
    fn elsewhere(work: impl Future<Output = ()> + Send) {
        let work = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work);
        };
        std::thread::scope(|threads| threads.spawn(work).join().unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_sees_one_moment_until_it_waits_and_every_change_that_it_can_know_of() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clinic.db");
        let db = Db::open(&format!("sqlite:{}", file.display()), 1).await.unwrap();
        sql("create table thing (n integer)").run(&db).await.unwrap();
        // Writes of which nobody is told: what is seen of them shows how old a snapshot is.
        let silently = rusqlite::Connection::open(&file).unwrap();
        let write = || silently.execute("insert into thing values (1)", []).unwrap();
        let work = async {
            assert_eq!(rows(&db).await, 0);
            write();
            assert_eq!(rows(&db).await, 0, "the same moment");
            elsewhere(add(&db));
            assert_eq!(rows(&db).await, 2, "a change that has ended is seen");
            elsewhere(async {
                let mut tx = db.begin().await.unwrap();
                sql("insert into thing values (1)").run(&mut tx).await.unwrap();
                tx.commit_beside().await.unwrap();
            });
            assert_eq!(rows(&db).await, 3, "also one of many statements");
            write();
            assert_eq!(in_request(rows(&db)).await, 3, "a part of a request sees its moment");
            tokio::task::yield_now().await;
            assert_eq!(rows(&db).await, 4, "whoever waited looks anew");
            add(&db).await;
            assert_eq!(rows(&db).await, 5, "one's own change is seen");
        };
        in_request(work).await;
        write();
        assert_eq!(rows(&db).await, 6, "outside of a request every statement looks anew");
        write();
        assert_eq!(rows(&db).await, 7);
        db.close().await;
        assert!(sql("select 1").scalar::<i64>(&db).await.is_err(), "closed is closed");
    }
}
