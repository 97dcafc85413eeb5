//! What one request has of the database: how many statements it sent, and on PostgreSQL the connection that its reads
//! share. The pool asks a connection that comes back whether it is still alive; one question a page is enough.

use std::cell::{Cell, RefCell};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

#[derive(Debug, Default)]
struct Request {
    queries: Cell<u32>,
    connection: RefCell<Option<PoolConnection<Postgres>>>,
    /// Whether reads share a connection. Not in a request that changes something: it may wait long in between (for a
    /// password's digest), and who holds the connection of a transaction must not keep a second.
    shares: Cell<bool>,
}

tokio::task_local! {
    static REQUEST: Request;
}

/// Does the work of one request; its statements are counted.
pub async fn with_query_count<F: Future>(work: F) -> F::Output {
    REQUEST.scope(Request::default(), work).await
}

/// Does the work of one request that only reads: its statements are counted and share a connection.
pub async fn with_shared_connection<F: Future>(work: F) -> F::Output {
    REQUEST.scope(Request { shares: Cell::new(true), ..Request::default() }, work).await
}

/// Statements asked so far in this request, also those that were answered from what is kept; 0 outside of one.
pub fn queries_so_far() -> u32 {
    REQUEST.try_with(|request| request.queries.get()).unwrap_or(0)
}

/// Counts one query that did not go through [`super::Sql`].
pub fn count_query() {
    count_queries(1);
}

/// Counts queries that another task sent on behalf of this one.
pub fn count_queries(more: u32) {
    let _ = REQUEST.try_with(|request| request.queries.set(request.queries.get() + more));
}

/// The connection that this request reads on, or one of the pool.
pub(super) async fn kept_or_new(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    match REQUEST.try_with(|request| request.connection.take()).ok().flatten() {
        Some(connection) => Ok(connection),
        None => pool.acquire().await,
    }
}

/// Keeps a connection that answered for the next read of this request.
pub(super) fn keep(connection: PoolConnection<Postgres>) {
    let _ = REQUEST.try_with(|request| {
        if request.shares.get() {
            *request.connection.borrow_mut() = Some(connection);
        }
    });
}

/// Gives the connection back before somebody else is waited for who may need one: requests that hold one each and wait
/// for another would wait for each other.
pub fn give_back() {
    let _ = REQUEST.try_with(|request| drop(request.connection.take()));
}

/// The same before a transaction, beside which no connection is kept.
pub(super) fn give_back_before_writing() {
    let _ = REQUEST.try_with(|request| request.shares.set(false));
    give_back();
}
