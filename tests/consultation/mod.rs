//! What happens between the patient and those who treat.

mod drafts;
mod expected;
mod finishing;
mod left_open;
mod model;
mod notes;
mod put_right;
mod secrets;
mod two;
mod vitals;
