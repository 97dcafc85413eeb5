//! Arrivals, tokens, the lines at the service points, displays, the patient's place.

mod appointments;
pub mod model;
mod people;
mod store;
pub mod verbs;

use std::time::Duration;

use crate::app::App;
use crate::jobs::Job;
use crate::web::routes::Routes;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("queue")
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            name: "close_the_day",
            every: Duration::from_secs(60),
            run: |app| Box::pin(verbs::day::close_the_day(app)),
        },
        Job {
            name: "expire_pairings",
            every: Duration::from_secs(300),
            run: |app| Box::pin(verbs::day::expire_pairings(app)),
        },
    ]
}

/// Whether a display may go on showing.
pub async fn display_is_paired(app: &App, display: i64) -> Result<bool, crate::db::DbError> {
    store::displays::is_live(&app.db, display).await
}
