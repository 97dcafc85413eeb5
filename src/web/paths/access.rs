//! Signing in, the own account, staff accounts.

/// The sign-in page and its form.
pub const SIGN_IN: &str = "/sign-in";
/// Ends the sign-in of this device.
pub const SIGN_OUT: &str = "/sign-out";
/// A one-time code is exchanged for a password.
pub const ACTIVATE: &str = "/activate";
/// The own account.
pub const ACCOUNT: &str = "/account";
/// Staff accounts.
pub const STAFF: &str = "/staff";
/// The matrix of roles and permissions.
pub const PERMISSIONS: &str = "/permissions";

/// The sign-in page that leads on to `next`.
pub fn sign_in_to(next: &str) -> String {
    if next == "/" { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?next={}", super::encoded(next)) }
}
