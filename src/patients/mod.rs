//! Who the clinic cares for: registration, search, the card, the record's frame, imports.

pub mod account;
pub mod campus;
pub mod import;
pub mod model;
mod store;

use crate::web::routes::Routes;

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("patients")
}
