//! Registration, search, the record, cards, students, imports, a patient's own pages.

mod addresses;
mod card;
mod edit;
mod import;
mod mine;
mod opening;
mod record;
mod register;
mod search;
mod students;
