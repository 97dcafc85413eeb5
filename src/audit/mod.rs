//! The append-only trail: every change and every opening of a patient's record, chained by hashes (R5).
//!
//! Entries are written inside the transaction they tell of. A timed job seals them a moment later, so that the head of
//! the chain is not a lock every transaction waits for. Others call [`record`], [`seal`] and [`verify`].

mod chain;
mod entry;
mod handlers;
mod store;
mod views;

pub use chain::{Broken, Verified, seal, verify};
pub use entry::{Entry, Subject};

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::access::model::Permission;
use crate::db::{DbError, Tx};
use crate::jobs::Job;
use crate::web::paths;
use crate::web::routes::{Access, Routes};
use crate::work::Doer;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("audit").get(paths::audit::INDEX, Access::May(Permission::ReadAudit), handlers::index).get(
        paths::audit::SHOW,
        Access::May(Permission::ReadAudit),
        handlers::show,
    )
}

/// Writes one entry.
pub async fn record(tx: &mut Tx, at: DateTime<Utc>, doer: &Doer, entry: Entry) -> Result<(), DbError> {
    store::insert(tx, at, doer, &entry).await
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "seal_audit_trail",
        every: Duration::from_secs(1),
        run: |app| Box::pin(async move { seal(&app).await.map(|_| ()) }),
    }]
}
