//! Every story is told through the real router over HTTP, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a story stops at its first surprise")]
#![expect(clippy::allow_attributes, reason = "not every story needs all of its support")]
#![allow(missing_docs, reason = "the names of the stories say what they show")]

#[macro_use]
#[allow(dead_code, unused_imports, reason = "support grows ahead of the stories")]
mod support;

mod access;
mod audit;
mod billing;
mod browser;
mod clock;
mod consultation;
mod diagnoses;
mod home;
mod laboratory;
mod letters;
mod patients;
mod pharmacy;
mod prescribing;
mod procedures;
mod queue;
mod record;
mod running;
mod scheduling;
mod settings;
mod stock;
mod tables;
