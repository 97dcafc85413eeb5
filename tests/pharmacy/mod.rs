//! The pharmacy: giving out, batches, controlled medicines, returns, questions (rules §7).

mod ahead;
mod batches;
mod giving;
mod owed;
mod own;
mod papers;
mod reading;
mod reserving;
mod returns;
mod second;
mod since;
mod twice;
mod whole;
