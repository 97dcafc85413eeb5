//! The list that allergies are picked from: it ships with the program and is the clinic's own from then on.

use super::model::AllergenKind;
use super::store;
use crate::db::{Db, DbError};
use crate::patients::model::words_of;

const FILE: &str = include_str!("../../data/allergens.csv");

/// Puts what is missing into the list; what is there stays as the clinic made it. Run at every start.
pub async fn fill(db: &Db) -> Result<(), DbError> {
    let missing = store::missing_allergens(db, list()).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let still = store::missing_allergens(&mut tx, missing).await?;
    match store::put_allergens(&mut tx, still).await {
        Ok(()) => tx.commit().await,
        // Another node that started at the same moment has just put them there.
        Err(error) if error.violates("allergen_kind_code_unique") => Ok(()),
        Err(error) => Err(error),
    }
}

/// Kind, code, name and the words it is found by. The code is the ingredient's or the class's, which prescriptions know;
/// food and the rest have one of their own.
fn list() -> Vec<(AllergenKind, String, String, String)> {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    let lines = reader.records().filter_map(Result::ok);
    let line = |line: csv::StringRecord| {
        let cell = |at: usize| line.get(at).unwrap_or_default();
        let kind = cell(2).parse::<AllergenKind>().ok()?;
        let slug = match kind {
            AllergenKind::Medicine => cell(3),
            AllergenKind::Class => cell(4),
            AllergenKind::Food | AllergenKind::Environment | AllergenKind::Other => "",
        };
        let code = if slug.is_empty() { cell(0) } else { slug };
        let words = words_of(&format!("{} {} {code}", cell(1), cell(0).replace('_', " "))).join(" ");
        Some((kind, code.to_owned(), cell(1).to_owned(), format!(" {words}")))
    };
    lines.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_is_whole() {
        let list = list();
        assert!(list.len() > 60, "{}", list.len());
        let mut codes: Vec<_> = list.iter().map(|line| (line.0, line.1.clone())).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), list.len(), "two lines have one code");
        assert!(list.iter().any(|line| line.0 == AllergenKind::Class && line.1 == "penicillin"));
        assert!(list.iter().all(|line| !line.2.is_empty() && line.3.starts_with(' ')));
    }
}
