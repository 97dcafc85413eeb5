//! Pages and forms of access.

pub mod sign_in;
