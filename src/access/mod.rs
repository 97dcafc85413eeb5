//! Accounts, sign-in, sessions, roles: who somebody is and what they may do.
//!
//! Others use [`model`] (actor, roles, permissions), [`session`] (who is behind a request), [`password`], and the
//! functions below that open accounts and give one-time codes.

pub mod codes;
pub mod handlers;
pub mod model;
pub mod password;
mod patients;
pub mod proof;
pub mod second;
pub mod session;
pub mod store;
pub mod throttle;
pub mod views;

pub use codes::{issue_code, open_staff_account, setup_link};
pub use patients::{
    account_of_patient, follow_patient, open_patient_account, open_patient_accounts,
    set_patient_account_state,
};
pub use store::accounts::PatientAccount;

use std::time::Duration;

use crate::jobs::Job;
use crate::web::paths::access as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{
        activate, lock, own, permissions, relatives, setup, sign_in, staff, staff_form, staff_state,
    };
    let manage = Access::May(model::Permission::ManageStaff);
    Routes::new("access")
        .get(paths::SIGN_IN, Access::Anyone, sign_in::new)
        .post(paths::SIGN_IN, Access::Public, sign_in::create)
        .post(paths::SIGN_OUT, Access::Anyone, sign_in::end)
        .get(paths::LOCK, Access::Staff, lock::show)
        .post(paths::LOCK, Access::Staff, lock::create)
        .post(paths::UNLOCK, Access::Staff, lock::end)
        .get(paths::ACTIVATE, Access::Public, activate::new)
        .post(paths::ACTIVATE, Access::Public, activate::create)
        .get(paths::SETUP, Access::Public, setup::show)
        .post(paths::SETUP, Access::Public, setup::create)
        .get(paths::ACCOUNT, Access::SignedIn, own::show)
        .post_confirmed(paths::ACCOUNT, Access::SignedIn, own::update)
        .post(paths::PASSWORD, Access::SignedIn, own::change_password)
        .post_confirmed(paths::SIGN_IN_END, Access::SignedIn, own::end_one)
        .post_confirmed(paths::OTHERS_END, Access::SignedIn, own::end_others)
        .post_confirmed(paths::EVERYWHERE, Access::SignedIn, own::sign_out_everywhere)
        .get(paths::MY_STREAM, Access::SignedIn, own::stream)
        .get(paths::STAFF, manage, staff::index)
        .post_confirmed(paths::STAFF, manage, staff_form::create)
        .get(paths::STAFF_NEW, manage, staff_form::new)
        .get(paths::STAFF_SHOW, manage, staff::show)
        .post_confirmed(paths::STAFF_SHOW, manage, staff_form::update)
        .get(paths::STAFF_EDIT, manage, staff_form::edit)
        .post_confirmed(paths::DEACTIVATION, manage, staff_state::deactivate)
        .post_confirmed(paths::REACTIVATION, manage, staff_state::reactivate)
        .post_confirmed(paths::STAFF_SIGN_OUT, manage, staff_state::sign_out)
        .post_confirmed(paths::STAFF_CODES, manage, staff_state::issue)
        .post_confirmed(paths::RELATIVES, manage, relatives::create)
        .post_confirmed(paths::RELATIVE_REMOVAL, manage, relatives::remove)
        .get(paths::PERMISSIONS, manage, permissions::index)
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "forget_old_sessions",
        every: Duration::from_secs(900),
        run: |app| Box::pin(async move { store::forget_sessions(&app.db, app.clock.now()).await }),
    }]
}
