//! What happens between the patient and those who treat.

mod drafts;
mod finishing;
mod notes;
mod secrets;
mod two;
mod vitals;
