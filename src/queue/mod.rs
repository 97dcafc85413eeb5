//! Arrivals, tokens, the lines at the service points, displays, the patient's place.

pub mod model;

use crate::app::App;
use crate::jobs::Job;
use crate::web::routes::Routes;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("queue")
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    Vec::new()
}

/// Whether a display may go on showing.
pub async fn display_is_paired(_app: &App, _display: i64) -> Result<bool, crate::db::DbError> {
    Ok(true)
}
