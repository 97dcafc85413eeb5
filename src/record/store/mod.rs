//! The SQL of records.

mod allergies;
mod changes;
mod entries;
mod openings;
mod own;
mod seals;
mod summary;
mod timeline;

pub use allergies::{
    NewAllergy, allergen, allergens, allergy, answer_told, current_allergy, hold_patient, insert_allergy,
    insert_none, known, missing_allergens, put_allergens,
};
pub use changes::{Version, changes};
pub use entries::{NewEntry, current_entry, entry, insert_entry};
pub use openings::{
    Emergency, Opened, emergencies, emergency, insert_emergency, insert_review, opened_by, opened_during,
    see, to_review, unread,
};
pub use own::{Found, Taking, found, takings};
pub use seals::{
    Member, Seal, VisitSeal, insert_seal, lift, lift_of_visit, seal_of, seal_of_visit, seal_visit,
    sealed_visits, team,
};
pub use summary::summary;
pub use timeline::{Narrow, timeline};
