//! Pages of the consultation.

mod chart;
mod consult;
mod notes;
mod samples;
mod signs;
mod templates;
mod unfinished;
mod vitals;

/// Where a patient goes who has nothing more to do in the clinic.
pub const HOME: &str = "home";

pub use chart::Chart;
pub use consult::ConsultPage;
pub use notes::{AddendumPage, EndPage, NotePage};
pub use samples::no_sample;
pub use templates::{TemplatePage, TemplatesPage};
pub use unfinished::UnfinishedPage;
pub use vitals::{TakingPage, TrendPage, VitalsPage};
