//! The clinic as its administrators set it: name, hours, holidays, limits, service points and rooms.

pub mod model;
pub mod store;

use crate::web::routes::Routes;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("settings")
}
