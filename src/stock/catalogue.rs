//! The supplies and equipment that ship: put into empty places at every start, the clinic's own from then on.

use super::model::ItemKind;
use super::store::items::{self, NewItem};
use crate::db::{Db, DbError};
use crate::patients::model::fold;

const ITEMS: &str = include_str!("../../data/stock_items.csv");

#[derive(Debug, serde::Deserialize)]
struct Shipped {
    kind: ItemKind,
    name: String,
    unit: String,
    pack: i64,
}

fn shipped() -> Vec<Shipped> {
    csv::Reader::from_reader(ITEMS.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// Adds items of the shipped list that the clinic does not know by name. Safe to run at every start, on several nodes.
/// What procedures call an item is known from its first moment.
pub async fn ensure(db: &Db) -> Result<(), DbError> {
    let known = items::aliases(db).await?;
    let new: Vec<Shipped> = shipped()
        .into_iter()
        .filter(|one| !known.iter().any(|(name, _)| *name == alias(&one.name)))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for one in new {
        let folded = fold(&one.name);
        let (kind, name, unit, pack) = (one.kind, one.name.as_str(), one.unit.as_str(), one.pack);
        let row = NewItem { kind, name, folded: &folded, unit, pack, reorder_level: None };
        if let Some(id) = items::insert(&mut tx, &row).await? {
            items::name(&mut tx, &alias(name), id).await?;
        }
    }
    tx.commit().await
}

/// What procedures call a thing, as it is compared.
pub fn alias(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_is_whole_and_holds_what_procedures_use() {
        let items = shipped();
        assert_eq!(items.len(), ITEMS.lines().count() - 1);
        let supplies = include_str!("../../data/procedure_supplies.csv");
        for line in csv::Reader::from_reader(supplies.as_bytes()).records().filter_map(Result::ok) {
            let fits = |one: &&Shipped| one.name == line[1] && one.unit == line[3];
            assert!(items.iter().any(|one| fits(&one)), "{line:?}");
        }
    }
}
