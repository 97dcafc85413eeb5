//! The append-only trail: every change and every opening of a patient's record, chained by hashes (R5).
//!
//! Entries are written inside the transaction they tell of. A timed job seals them a moment later, so that the head of
//! the chain is not a lock every transaction waits for. Others call [`record`], [`last_change`], [`recent_of`], and
//! the command line [`verify`]
//! and [`restored`].

mod anchors;
mod chain;
mod entry;
mod file;
mod handlers;
mod openings;
mod store;
mod views;

pub use anchors::Restored;
pub use chain::{
    Broken, Noted, Verified, anchor, anchors_can_be_noted, restored, restored_elsewhere, seal, seal_in_turn,
    verify,
};
pub use entry::{Entry, Subject};
pub use openings::Openings;
pub use store::{Stored, last_change, recent_of};

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::access::model::Permission;
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::jobs::Job;
use crate::web::routes::{Access, Routes};
use crate::web::{Page, paths};
use crate::work::Doer;

/// The pages of this capability.
pub fn routes() -> Routes {
    let read = Access::May(Permission::ReadAudit);
    Routes::new("audit")
        .get(paths::audit::INDEX, read, handlers::index)
        .post_confirmed(paths::audit::EXPORT, read, handlers::export)
        .get(paths::audit::CHECK, read, handlers::check)
        .get(paths::audit::SHOW, read, handlers::show)
}

/// Writes one entry.
pub async fn record(tx: &mut Tx, at: DateTime<Utc>, doer: &Doer, entry: Entry) -> Result<(), DbError> {
    store::insert(tx, at, doer, &entry).await
}

/// Writes many entries of one moment at once, in the order given.
pub async fn record_all(
    tx: &mut Tx,
    at: DateTime<Utc>,
    doer: &Doer,
    entries: Vec<Entry>,
) -> Result<(), DbError> {
    store::insert_all(tx, at, doer, entries).await
}

/// Writes down that `page`'s person opened something. It is durable when this returns, in a transaction of its own.
pub async fn opened(app: &App, page: &Page, entry: Entry) -> Result<(), DbError> {
    app.openings.write(&app.db, page.now, page.doer().clone(), entry).await
}

/// The same for a page that tells of many: each of them reads it.
pub async fn opened_all(app: &App, page: &Page, entries: Vec<Entry>) -> Result<(), DbError> {
    app.openings.write_all(&app.db, page.now, page.doer(), entries).await
}

/// What happened to one thing, the first entry first; at most 200.
pub async fn history(
    reader: impl crate::db::Store,
    kind: &'static str,
    id: i64,
) -> Result<Vec<store::Stored>, DbError> {
    store::of_subject(reader, kind, id).await
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            name: "seal_audit_trail",
            every: Duration::from_secs(1),
            run: |app| Box::pin(async move { seal_in_turn(&app).await.map(|_| ()) }),
        },
        Job {
            name: "anchor_audit_trail",
            every: Duration::from_secs(3_600),
            run: |app| Box::pin(async move { anchor(&app).await }),
        },
    ]
}
