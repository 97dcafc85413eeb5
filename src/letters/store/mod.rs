//! All SQL of letters.

pub mod settings;
pub mod verifications;
pub mod visits;
