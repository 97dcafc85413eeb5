//! What happens between the patient and those who treat.

mod begun;
mod drafts;
mod expected;
mod finishing;
mod grave;
mod left_open;
mod model;
mod notes;
mod onward;
mod pregnancy;
mod put_right;
mod secrets;
mod signs;
mod two;
mod vitals;
