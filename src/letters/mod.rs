//! What leaves the clinic on paper: visit verifications that others may check by the patient's consent, referrals,
//! summaries; and a patient's own visits in plain words.
//!
//! Nobody else needs anything of it but its addresses.

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

use crate::access::model::Permission;
use crate::web::paths::letters as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{check, issue, mine, print, referral, rules, summary, verification, visit};
    let letters = Access::May(Permission::IssueLetters);
    let settings = Access::May(Permission::ManageSettings);
    Routes::new("letters")
        .get(paths::OF_VISIT, letters, visit::show)
        .get(paths::ISSUE, letters, issue::new)
        .post(paths::ISSUE, letters, issue::create)
        .get(paths::VERIFICATION, letters, verification::show)
        .post(paths::CONSENT, letters, verification::consent)
        .post(paths::REVOCATION, letters, verification::revoke)
        .get(paths::PRINT, letters, print::show)
        .post(paths::PRINT, letters, print::create)
        .get(paths::WRITE, letters, referral::write)
        .post(paths::WRITE, letters, referral::save)
        .get(paths::REFERRAL, letters, referral::show)
        .get(paths::REFERRAL_PRINT, letters, referral::print)
        .get(paths::SUMMARY, Access::May(Permission::WriteNotes), summary::print)
        .get(paths::RULES, settings, rules::form)
        .post(paths::RULES, settings, rules::save)
        .get(paths::CHECK, Access::Public, check::field)
        .get(paths::CHECKED, Access::Public, check::show)
        .get(paths::MY_VISITS, Access::Patient, summary::index)
        .get(paths::MY_VISIT, Access::Patient, summary::show)
        .get(paths::MY_LETTERS, Access::Patient, mine::index)
        .get(paths::MY_LETTER, Access::Patient, mine::show)
        .post(paths::MY_CONSENT, Access::Patient, mine::agree)
        .post(paths::MY_WITHDRAWAL, Access::Patient, mine::withdraw)
}
