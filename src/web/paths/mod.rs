//! Every address of the application, by capability: the pattern that the router knows and the function that fills it in.

pub mod access;
pub mod audit;
pub mod billing;
pub mod consultation;
pub mod diagnoses;
pub mod laboratory;
pub mod letters;
pub mod patients;
pub mod pharmacy;
pub mod prescribing;
pub mod procedures;
pub mod queue;
pub mod record;
pub mod scheduling;
pub mod settings;
pub mod stock;

/// The front page: the role's home, or the sign-in page.
pub const HOME: &str = "/";
/// What a patient's front page shows now.
pub const HOME_NOW: &str = "/now";
/// The query of a page that reads itself again without scripts: that is no use of a sign-in.
pub const BY_ITSELF: &str = "by=itself";
/// Every component in every state.
pub const STYLEGUIDE: &str = "/styleguide";
/// What a phone shows when it reaches nothing.
pub const OFFLINE: &str = "/offline";
/// The own card and next appointment, to be kept on the phone.
pub const MY_SAVED: &str = "/my/saved";
/// The script that keeps them; its address decides what it may serve.
pub const WORKER: &str = "/sw.js";
/// Where a search for a person is sent.
pub const SOUGHT: &str = "/find";
/// What a search for anything finds.
pub const SEARCH: &str = "/search";
/// The keyboard's shortcuts.
pub const KEYBOARD: &str = "/keyboard";

/// A text as one segment or one value of a query: everything but letters, digits and `-_.~` is percent-encoded.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
