//! Pages of the consultation.

mod chart;
mod consult;
mod notes;
mod vitals;

pub use chart::Chart;
pub use consult::ConsultPage;
pub use notes::{AddendumPage, EndPage, NotePage};
pub use vitals::{TakingPage, TrendPage, VitalsPage};
