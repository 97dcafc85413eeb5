//! The trail.

use std::borrow::Borrow;

/// The list with its filters.
pub const INDEX: &str = "/audit";
/// The filtered entries as a file.
pub const EXPORT: &str = "/audit/export";
/// Whether the chain holds.
pub const CHECK: &str = "/audit/check";
/// One entry.
pub const SHOW: &str = "/audit/{id}";

/// One entry.
pub fn show(id: impl Borrow<i64>) -> String {
    format!("/audit/{}", id.borrow())
}

/// The list narrowed to one kind of action.
pub fn of_action(action: &str) -> String {
    format!("{INDEX}?action={}", super::encoded(action))
}
