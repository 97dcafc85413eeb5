//! Stories of record.
