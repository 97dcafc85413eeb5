//! The procedures that ship: put into empty places at every start, the clinic's own from then on.

use super::model::{KindId, Supply};
use super::store::kinds::{self, NewKind};
use crate::db::{Db, DbError};
use crate::patients::model::fold;

const KINDS: &str = include_str!("../../data/procedures.csv");
const SUPPLIES: &str = include_str!("../../data/procedure_supplies.csv");

#[derive(Debug, serde::Deserialize)]
struct Shipped {
    code: String,
    name: String,
    plain: String,
    price_kobo: i64,
    minutes: i64,
    consent: i64,
    sensitive: i64,
}

#[derive(Debug, serde::Deserialize)]
struct ShippedSupply {
    procedure: String,
    item: String,
    quantity: i64,
    unit: String,
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    csv::Reader::from_reader(file.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

/// Adds procedures of the shipped list that the clinic does not know. Safe to run at every start, on several nodes.
pub async fn ensure(db: &Db) -> Result<(), DbError> {
    let known: Vec<String> = kinds::all(db).await?.into_iter().map(|kind| kind.code).collect();
    let new: Vec<(i64, Shipped)> =
        (1..).zip(read::<Shipped>(KINDS)).filter(|(_, kind)| !known.contains(&kind.code)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let mut added: Vec<(String, KindId)> = Vec::new();
    for (position, kind) in new {
        let words = fold(&format!("{} {} {}", kind.name, kind.plain, kind.code.replace('_', " ")));
        let row = NewKind {
            code: kind.code.clone(),
            name: kind.name,
            plain_name: kind.plain,
            search_words: words,
            price: kind.price_kobo,
            minutes: kind.minutes,
            consent: kind.consent == 1,
            sensitive: kind.sensitive == 1,
            position,
        };
        if let Some(id) = kinds::insert(&mut tx, &row).await? {
            added.push((kind.code, id));
        }
    }
    let mut supplies = Vec::new();
    for supply in read::<ShippedSupply>(SUPPLIES) {
        if let Some((_, id)) = added.iter().find(|(code, _)| *code == supply.procedure) {
            supplies.push((*id, Supply { item: supply.item, quantity: supply.quantity, unit: supply.unit }));
        }
    }
    kinds::insert_supplies(&mut tx, supplies).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_is_whole_and_every_supply_belongs_to_a_procedure() {
        let kinds = read::<Shipped>(KINDS);
        assert_eq!(kinds.len(), KINDS.lines().count() - 1);
        assert!(kinds.len() > 40 && kinds.iter().any(|kind| kind.consent == 1));
        let supplies = read::<ShippedSupply>(SUPPLIES);
        assert_eq!(supplies.len(), SUPPLIES.lines().count() - 1);
        for supply in &supplies {
            assert!(kinds.iter().any(|kind| kind.code == supply.procedure), "{supply:?}");
            assert!(supply.quantity > 0 && !supply.unit.is_empty());
        }
    }
}
