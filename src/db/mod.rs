//! The seam between the capabilities and the two databases: one SQL text, typed values, no driver names outside.

pub mod backup;
pub mod bulk;
mod cells;
mod connect;
pub mod dialect;
mod fault;
mod fence;
pub mod guards;
mod kept;
mod lines;
pub mod moment;
pub mod portable;
pub mod probe;
mod readers;
mod request;
pub mod restore;
mod rows;
pub mod schema;
mod snapshot;
mod statement;
mod tls;
mod transaction;
mod value;

pub use connect::{ConnectError, Db, DbKind, sqlite_path};
pub use fault::{Constraint, DbError};
pub use fence::{Lease, under_lease};
use kept::Change;
pub use kept::Kept;
pub use lines::Lines;
pub use readers::Readers;
pub use request::{count_queries, count_query, in_request, queries_so_far};
pub use statement::{Row, Sql, Store, sql};
pub use transaction::Tx;
pub use value::Value;
