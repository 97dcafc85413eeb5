//! All SQL of letters.

pub mod referrals;
pub mod settings;
pub mod told;
pub mod verifications;
pub mod visits;
