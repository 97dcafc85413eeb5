//! Stories of edit.
