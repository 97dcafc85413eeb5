//! Stories of import.
