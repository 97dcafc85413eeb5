//! The laboratory: from the order to what the patient reads (rules L1 to L6).

mod bench;
mod corrections;
mod critical;
mod health;
mod heirs;
mod model;
mod offers;
mod ordering;
mod paying;
mod races;
mod reading;
mod secrets;
mod states;
mod withdrawals;
