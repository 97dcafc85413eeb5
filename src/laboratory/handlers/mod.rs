//! HTTP of the laboratory.

pub mod bench;
pub mod calls;
pub mod catalogue;
pub mod collect;
pub mod correct;
pub mod entry;
pub mod fields;
pub mod health;
pub mod mine;
pub mod order;
pub mod results;
pub mod worklist;
