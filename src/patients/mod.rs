//! Who the clinic cares for: registration, search, the card, the record's frame, imports.
//!
//! Others use [`model`], [`brief`], [`search_brief`], [`find_by_code`],
//! [`card_of`], [`reach`], [`not_own`], [`own_ids`] and [`opened`]; the command line uses [`import`].

pub mod campus;
mod handlers;
pub mod import;
pub mod model;
mod qr;
mod store;
mod views;

pub use handlers::record::opened_as as opened;
pub use handlers::{OWN, not_own, reach};
pub use model::{Brief, PatientId};
pub use qr::Qr;
pub use store::{SEARCH as SEARCH_SQL, brief, find_by_code, own_ids};
pub use views::Card;

use crate::access::model::Permission;
use crate::db::{Db, DbError, Store};
use crate::web::paths::patients as paths;
use crate::web::routes::{Access, Routes};

/// Active patients for a line of another capability's search: by name, phone, matric, clinic number or card code.
pub async fn search_brief(db: &Db, text: &str, limit: i64) -> Result<Vec<Brief>, DbError> {
    if let Some(id) = find_by_code(db, text).await? {
        return Ok(brief(db, id).await?.into_iter().filter(Brief::is_active).collect());
    }
    let words = model::find_words(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let narrow =
        store::Narrow { state: model::PatientState::Active.as_str().to_owned(), ..Default::default() };
    let found = store::search(db, words, &narrow, limit).await?;
    Ok(found.into_iter().map(|found| found.brief).collect())
}

/// How many present students have a matric number that a pattern would not take.
pub async fn misfits(store: impl Store, pattern: &str) -> Result<usize, DbError> {
    let numbers = store::matric_numbers(store).await?;
    Ok(numbers.iter().filter(|number| model::MatricNumber::parse(number, pattern).is_none()).count())
}

/// The clinic card of a patient, drawn.
pub async fn card_of(db: &Db, id: PatientId) -> Result<Option<Card>, DbError> {
    let Some(brief) = brief(db, id).await? else { return Ok(None) };
    let code = store::card_code_of(db, id).await?;
    Ok(Some(Card {
        name: brief.name(),
        number: brief.number,
        matric_number: brief.matric_number,
        code: model::grouped(&code),
        qr: Qr::of(&code),
    }))
}

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{
        card, clinical, codes, edit, imports, mine, opening, record, register, search, state, students,
        university,
    };
    let find = Access::May(Permission::FindPatients);
    let register_patients = Access::May(Permission::RegisterPatients);
    let open = Access::May(Permission::OpenRecords);
    let import = Access::May(Permission::ImportStudents);
    let deactivate = Access::May(Permission::DeactivatePatients);
    let manage = Access::May(Permission::ManageUniversity);
    Routes::new("patients")
        .get(paths::INDEX, find, search::index)
        .post(paths::INDEX, register_patients, register::create)
        .get(paths::NEW, register_patients, register::new)
        .get(paths::SHOW, find, record::show)
        .get(paths::HISTORY, find, record::history)
        .get(paths::EDIT, register_patients, edit::form)
        .post(paths::EDIT, register_patients, edit::save)
        .get(paths::CLINICAL, open, clinical::form)
        .post(paths::CLINICAL, open, clinical::save)
        .post(paths::OPENINGS, open, opening::create)
        .get(paths::CARD, register_patients, card::show)
        .post(paths::CARD, register_patients, card::renew)
        .post_confirmed(paths::CODES, Access::May(Permission::IssueCodes), codes::create)
        .get(paths::STATE, deactivate, state::form)
        .post(paths::STATE, deactivate, state::save)
        .get(paths::STUDENTS, import, students::index)
        .post_confirmed(paths::STUDENT_CODES, Access::May(Permission::IssueCodes), codes::create_many)
        .get(paths::UNIVERSITY, manage, university::index)
        .post(paths::UNIVERSITY, manage, university::create)
        .post(paths::UNIVERSITY_CHANGE, manage, university::change)
        .get(paths::IMPORTS, import, imports::index)
        .post(paths::IMPORTS, import, imports::create)
        .get(paths::IMPORT, import, imports::show)
        .post(paths::IMPORT_CHECK, import, imports::check)
        .post(paths::IMPORT_COMMIT, import, imports::commit)
        .post(paths::IMPORT_DROP, import, imports::drop_it)
        .post(paths::IMPORT_DECIDE, import, imports::decide)
        .get(paths::IMPORT_PROBLEMS, import, imports::problems)
        .get(paths::MY_CARD, Access::Patient, mine::card)
        .get(paths::MY_DETAILS, Access::Patient, mine::details)
        .post_confirmed(paths::MY_DETAILS, Access::Patient, mine::save)
}
