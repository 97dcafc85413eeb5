//! Signing in, the own account, staff accounts.

use std::borrow::Borrow;

use crate::access::model::{AccountId, SignInId};

/// The sign-in page and its form.
pub const SIGN_IN: &str = "/sign-in";
/// Ends the sign-in of this device.
pub const SIGN_OUT: &str = "/sign-out";
/// The lock of a shared desk; locking by POST.
pub const LOCK: &str = "/sign-in/lock";
/// Unlocks with the password.
pub const UNLOCK: &str = "/sign-in/unlock";
/// A one-time code is exchanged for a password.
pub const ACTIVATE: &str = "/activate";
/// The first administrator, once.
pub const SETUP: &str = "/setup/{code}";
/// The own account.
pub const ACCOUNT: &str = "/account";
/// The own password.
pub const PASSWORD: &str = "/account/password";
/// Ends one of the own sign-ins.
pub const SIGN_IN_END: &str = "/account/sign-ins/{id}/end";
/// Ends all own sign-ins but this one.
pub const OTHERS_END: &str = "/account/sign-ins/end-others";
/// Ends all own sign-ins.
pub const EVERYWHERE: &str = "/account/sign-out-everywhere";
/// Staff accounts.
pub const STAFF: &str = "/staff";
/// The form for a new staff account.
pub const STAFF_NEW: &str = "/staff/new";
/// A staff account, and its change by POST.
pub const STAFF_SHOW: &str = "/staff/{id}";
/// The form of a staff account.
pub const STAFF_EDIT: &str = "/staff/{id}/edit";
/// Deactivates a staff account.
pub const DEACTIVATION: &str = "/staff/{id}/deactivation";
/// Reactivates a staff account.
pub const REACTIVATION: &str = "/staff/{id}/reactivation";
/// Ends every sign-in of a staff account.
pub const STAFF_SIGN_OUT: &str = "/staff/{id}/sign-out";
/// Gives a one-time code for a staff account.
pub const STAFF_CODES: &str = "/staff/{id}/codes";
/// Notes a relative of a member of staff, whose record stays closed to them.
pub const RELATIVES: &str = "/staff/{id}/relatives";
/// Takes a relative away.
pub const RELATIVE_REMOVAL: &str = "/staff/{id}/relatives/removal";
/// The matrix of roles and permissions.
pub const PERMISSIONS: &str = "/permissions";
/// The event stream of the own rights: it ends when the sign-in does.
pub const MY_STREAM: &str = "/stream/me";

/// The sign-in page that leads on to `next`.
pub fn sign_in_to(next: &str) -> String {
    if next == "/" { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?next={}", super::encoded(next)) }
}

/// The lock, which leads on to `next`.
pub fn lock_to(next: &str) -> String {
    format!("{LOCK}?next={}", super::encoded(next))
}

/// The set-up page of a fresh install.
pub fn setup(code: &str) -> String {
    format!("/setup/{}", super::encoded(code))
}

/// Ends one of the own sign-ins.
pub fn sign_in_end(id: impl Borrow<SignInId>) -> String {
    format!("/account/sign-ins/{}/end", id.borrow())
}

/// A staff account.
pub fn staff(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}", id.borrow())
}

/// The form of a staff account.
pub fn staff_edit(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/edit", id.borrow())
}

/// Deactivates a staff account.
pub fn deactivation(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/deactivation", id.borrow())
}

/// Ends every sign-in of a staff account.
pub fn staff_sign_out(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/sign-out", id.borrow())
}

/// Reactivates a staff account.
pub fn reactivation(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/reactivation", id.borrow())
}

/// Gives a one-time code for a staff account.
pub fn staff_codes(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/codes", id.borrow())
}

/// Notes a relative of a member of staff.
pub fn relatives(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/relatives", id.borrow())
}

/// Takes a relative away.
pub fn relative_removal(id: impl Borrow<AccountId>) -> String {
    format!("/staff/{}/relatives/removal", id.borrow())
}
