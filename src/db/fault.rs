//! What can go wrong at the database, in words the capabilities use.

/// A fault of the database or of what was sent to it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A row that had to be there is not.
    #[error("no such row")]
    Missing,
    /// A constraint refused the change.
    #[error("constraint {} refused the change", .0.name)]
    Constraint(Constraint),
    /// No connection came free in time, or the work collided with other work: trying again helps.
    #[error("the database is busy: {0}")]
    Busy(sqlx::Error),
    /// The disk is full, or does not take what is written: what is there can still be read.
    #[error("the disk takes no more: {0}")]
    Full(sqlx::Error),
    /// The database cannot be reached.
    #[error("the database is not available: {0}")]
    Unavailable(sqlx::Error),
    /// Anything else is a bug.
    #[error(transparent)]
    Other(sqlx::Error),
}

/// The constraint that refused a change, under one name on both databases.
///
/// Unique indexes are named `<table>_<columns>_unique`, which is also what SQLite's message spells out; checks and
/// triggers carry their name in both. Foreign keys have no name on SQLite, so theirs is `foreign_key` on both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The constraint's name.
    pub name: String,
}

impl DbError {
    /// Whether the constraint of this name refused the change.
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, DbError::Constraint(constraint) if constraint.name == name)
    }
}

impl From<std::io::Error> for DbError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let full = matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge);
        let error = sqlx::Error::Io(error);
        if full { DbError::Full(error) } else { DbError::Unavailable(error) }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let Some(fault) = error.as_database_error() else {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "the driver's own list, which it may lengthen"
            )]
            return match error {
                sqlx::Error::PoolTimedOut => DbError::Busy(error),
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => DbError::Unavailable(error),
                _ => DbError::Other(error),
            };
        };
        if let Some(name) = constraint_name(fault) {
            return DbError::Constraint(Constraint { name });
        }
        let code = fault.code().map(|code| code.into_owned()).unwrap_or_default();
        DbError::coded(&code, error)
    }
}

impl DbError {
    /// What a database means by its code.
    pub(super) fn coded(code: &str, error: sqlx::Error) -> Self {
        match code {
            // PostgreSQL: serialisation, deadlock, lock timeout. SQLite: busy, locked (and their extended codes).
            "40001" | "40P01" | "55P03" | "57014" | "5" | "6" | "261" | "517" => DbError::Busy(error),
            // PostgreSQL: disk full. SQLite: disk full, and a write or a sync that the file system refused.
            "53100" | "13" | "778" | "1034" => DbError::Full(error),
            // PostgreSQL: shutting down or starting, out of connections. SQLite: read-only, cannot open.
            "57P01" | "57P02" | "57P03" | "53300" | "8" | "14" => DbError::Unavailable(error),
            _ if code.starts_with("08") || is_io(code) => DbError::Unavailable(error),
            _ => DbError::Other(error),
        }
    }
}

/// SQLite's input and output faults are one kind with many extended codes: the kind is the lowest byte.
fn is_io(code: &str) -> bool {
    code.len() < 5 && code.parse::<u32>().is_ok_and(|number| number & 0xff == 10)
}

fn constraint_name(fault: &dyn sqlx::error::DatabaseError) -> Option<String> {
    if fault.is_foreign_key_violation() {
        return Some("foreign_key".to_owned());
    }
    if let Some(name) = fault.constraint() {
        return Some(name.to_owned());
    }
    let message = fault.message();
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        if let Some(index) = columns.strip_prefix("index '") {
            return Some(index.trim_end_matches('\'').to_owned());
        }
        let table = columns.split('.').next().unwrap_or_default();
        let names: Vec<&str> = columns.split(", ").filter_map(|c| c.split('.').nth(1)).collect();
        return Some(format!("{table}_{}_unique", names.join("_")));
    }
    if let Some(name) = message.strip_prefix("CHECK constraint failed: ") {
        return Some(name.to_owned());
    }
    // A trigger of ours raises with the constraint's name alone (SQLITE_CONSTRAINT_TRIGGER; PostgreSQL P0001).
    matches!(fault.code().as_deref(), Some("1811" | "P0001")).then(|| message.to_owned())
}
