//! Pages and forms of access.

pub mod resume;
pub mod sign_in;
