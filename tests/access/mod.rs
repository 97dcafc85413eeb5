//! Signing in and out, sessions, rights.

mod sign_in;
