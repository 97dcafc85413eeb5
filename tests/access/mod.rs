//! Signing in and out, sessions, rights, accounts.

mod activation;
mod confirm;
mod doctors;
mod ends;
mod guessing;
mod kept;
mod lock;
mod own_account;
mod rights;
mod sessions;
mod setup;
mod sign_in;
mod staff;
mod staff_state;
