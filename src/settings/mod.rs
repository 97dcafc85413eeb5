//! The clinic as its administrators set it: name, hours, holidays, limits, service points and rooms, visit reasons.
//!
//! Others read with the functions below; [`model::Clinic`] itself is at hand in every page.

mod handlers;
pub mod model;
pub mod rules;
pub mod store;
mod views;

pub use store::calendar::holidays_between;
pub use store::opening_hours;
pub use store::points::{Point, Room, point, points, room, rooms};
pub use store::reasons::{Reason, by_id as reason, in_use as reasons_in_use};

use crate::access::model::Permission;
use crate::web::paths::settings as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{clinic, holidays, hours, points, reasons, rooms};
    let settings = Access::May(Permission::ManageSettings);
    let places = Access::May(Permission::ManagePoints);
    Routes::new("settings")
        .get(paths::SETTINGS, settings, clinic::edit)
        .post(paths::SETTINGS, settings, clinic::update)
        .get(paths::HOURS, settings, hours::edit)
        .post(paths::HOURS, settings, hours::update)
        .get(paths::HOLIDAYS, settings, holidays::index)
        .post(paths::HOLIDAYS, settings, holidays::create)
        .post(paths::HOLIDAY_REMOVAL, settings, holidays::remove)
        .get(paths::POINTS, places, points::index)
        .post(paths::POINTS, places, points::create)
        .get(paths::POINT_NEW, places, points::new)
        .get(paths::POINT_EDIT, places, points::edit)
        .post(paths::POINT, places, points::update)
        .get(paths::ROOM_NEW, places, rooms::new)
        .post(paths::ROOMS, places, rooms::create)
        .get(paths::ROOM_EDIT, places, rooms::edit)
        .post(paths::ROOM, places, rooms::update)
        .get(paths::REASONS, settings, reasons::index)
        .post(paths::REASONS, settings, reasons::create)
        .get(paths::REASON_NEW, settings, reasons::new)
        .get(paths::REASON_EDIT, settings, reasons::edit)
        .post(paths::REASON, settings, reasons::update)
}
