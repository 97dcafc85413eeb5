//! Patients: their numbers, names, birth dates, and when two of them are likely one. Pure.

mod birth;
mod duplicate;
mod file;
mod import;
mod names;
mod numbers;
mod people;
mod reach;

pub use birth::{BirthError, birth_date, spoken_birth_date};
pub use duplicate::{Candidate, Person, REVIEW, likeness, same_facts, same_facts_of_student};
pub use file::{FileError, columns_of, guess, lines_of};
pub use import::{Column, Line, Mapping, Outcome, Read};
pub use names::{LONGEST, fold, is_hidden, search_terms, visible, words_of};
pub use numbers::{
    MatricNumber, Phone, PhoneError, card_code, compact, find_words, grouped, is_card_code, patient_number,
    read_patient_number, sign_in_name,
};
pub use people::{
    BLOOD_GROUPS, Brief, CHANGES, Details, Difference, GENOTYPES, Kind, PatientState, Sex, Told,
};
pub use reach::{Asker, FEWEST, OPEN_MINUTES, OpeningReason, Reach, Relation, SealedVisits, open_until};

use crate::ids;

ids! {
    /// A patient.
    PatientId,
    /// A faculty.
    FacultyId,
    /// A department of a faculty.
    DepartmentId,
    /// A level of study.
    LevelId,
    /// An academic session.
    SessionId,
    /// An import of students.
    ImportId,
}
