//! What happens between the patient and those who treat.

mod vitals;
