//! What happens between the patient and those who treat.

mod drafts;
mod expected;
mod finishing;
mod model;
mod notes;
mod secrets;
mod two;
mod vitals;
