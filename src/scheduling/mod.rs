//! Doctors' hours, slots, appointments.

pub mod model;

use crate::jobs::Job;
use crate::web::routes::Routes;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("scheduling")
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    Vec::new()
}
