//! Pages of the consultation.

mod chart;
mod vitals;

pub use chart::Chart;
pub use vitals::{TakingPage, TrendPage, VitalsPage};
