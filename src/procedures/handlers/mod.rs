//! HTTP of procedures.

pub mod kinds;
pub mod options;
pub mod procedure;
pub mod visit;
