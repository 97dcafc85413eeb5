//! How many statements one request asked.

use std::cell::Cell;

use super::snapshot::by_stretches;

tokio::task_local! {
    static QUERIES: Cell<u32>;
}

/// Does the work of one request: its statements are counted, and on SQLite those between two waits see one moment.
pub async fn in_request<F: Future>(work: F) -> F::Output {
    QUERIES.scope(Cell::new(0), by_stretches(work)).await
}

/// Statements asked so far in this request, also those that were answered from what is kept; 0 outside of one.
pub fn queries_so_far() -> u32 {
    QUERIES.try_with(Cell::get).unwrap_or(0)
}

/// Counts one query that did not go through [`super::Sql`].
pub fn count_query() {
    count_queries(1);
}

/// Counts queries that another task sent on behalf of this one.
pub fn count_queries(more: u32) {
    let _ = QUERIES.try_with(|queries| queries.set(queries.get() + more));
}
