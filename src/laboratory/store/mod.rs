//! All SQL of the laboratory.

pub mod catalogue;
pub mod fill;
pub mod handover;
pub mod health;
pub mod lines;
pub mod orders;
pub mod results;
pub mod reviews;
pub mod samples;
pub mod times;
pub mod withdrawals;
