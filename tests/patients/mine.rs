//! Stories of mine.
