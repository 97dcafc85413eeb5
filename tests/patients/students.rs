//! Stories of students.
