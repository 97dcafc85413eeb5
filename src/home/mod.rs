//! The front page of each person, and pages about the program itself: the style page, the keyboard.

mod day;
mod find;
mod handlers;
mod store;
mod views;

use crate::web::paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    Routes::new("home")
        .get(paths::HOME, Access::SignedIn, handlers::show)
        .part(paths::HOME_NOW, Access::Patient, handlers::now)
        .get(paths::MY_SAVED, Access::Patient, handlers::saved)
        .get(paths::OFFLINE, Access::Public, handlers::offline)
        .get(paths::STYLEGUIDE, Access::Staff, handlers::styleguide)
        .get(paths::SEARCH, Access::Staff, find::index)
        .get(paths::KEYBOARD, Access::Staff, handlers::keyboard)
}
