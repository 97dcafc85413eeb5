//! The SQL of patients.

mod history;
pub mod import_lines;
pub mod imports;
mod people;
mod reach;
mod search;
pub mod university;

pub use history::{Change, Trace, changes_since, clinical_changes, insert_clinical_change, traces};
pub use people::{
    Patient, brief, by_id, candidates, card_code_of, insert, insert_row, matric_numbers, next_numbers,
    set_card_code, set_state, unactivated, update_details, update_told, write_terms,
};
pub use reach::{insert_opening, is_own, own_ids, relation};
pub use search::{Found, Narrow, SEARCH, Student, browse, find_by_code, search, students};
