//! Accounts, sign-in, sessions, roles: who somebody is and what they may do.
//!
//! Others use [`model`] (actor, roles, permissions), [`session`] (who is behind a request) and [`password`].

pub mod handlers;
pub mod model;
pub mod password;
pub mod session;
pub mod store;
pub mod throttle;
pub mod views;

use std::time::Duration;

use crate::jobs::Job;
use crate::web::paths::access as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::sign_in;
    Routes::new("access")
        .get(paths::SIGN_IN, Access::Anyone, sign_in::new)
        .post(paths::SIGN_IN, Access::Public, sign_in::create)
        .post(paths::SIGN_OUT, Access::Anyone, sign_in::end)
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "forget_old_sessions",
        every: Duration::from_secs(900),
        run: |app| Box::pin(async move { store::forget_sessions(&app.db, app.clock.now()).await }),
    }]
}
