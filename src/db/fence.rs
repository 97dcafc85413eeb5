//! What a timed job may still write: nothing, once another node has taken it over (R11).

use super::{DbError, Tx, sql};

tokio::task_local! {
    static LEASE: Lease;
}

/// Which taking of which job this is.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// The job.
    pub job: &'static str,
    /// Raised each time that somebody takes it.
    pub fence: i64,
}

/// Does the work of a job: whatever it writes is durable only while the lease is its own.
pub async fn under_lease<F: Future>(lease: Lease, work: F) -> F::Output {
    LEASE.scope(lease, work).await
}

/// Whether a job is at work here.
pub(super) fn is_leased() -> bool {
    LEASE.try_with(|_| ()).is_ok()
}

/// Holds the row of the lease until the transaction ends: nobody takes the job over between this look and the commit.
pub(super) async fn still_held(tx: &mut Tx) -> Result<(), DbError> {
    let Ok(Lease { job, fence }) = LEASE.try_with(|lease| *lease) else { return Ok(()) };
    let held = sql("update job set fence = fence where name = $1 and fence = $2").bind(job).bind(fence);
    if held.run(tx).await? == 1 {
        return Ok(());
    }
    Err(DbError::Busy(sqlx::Error::Protocol(format!("another node has taken over {job}"))))
}
