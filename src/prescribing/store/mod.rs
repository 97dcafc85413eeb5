//! All SQL of prescribing.

pub mod catalogue;
pub mod context;
pub mod drafts;
pub mod favourites;
pub mod fill;
pub mod instead;
pub mod lines;
pub mod prescriptions;
pub mod search;
pub mod stops;
