//! Items, and what procedures call them.

use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{ItemId, ItemKind};

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// The medicine it is.
    pub medicine_id: Option<i64>,
    /// What it is called.
    pub name: String,
    /// The smallest unit.
    pub unit: String,
    /// Units of a pack; a conversion, nothing else.
    pub pack: i64,
    /// The least that leaves.
    pub step: i64,
    /// Below this it is low.
    pub reorder_level: Option<i64>,
    /// Days until a delivery is here.
    pub lead_days: i64,
    /// Days that a delivery should last.
    pub cover_days: i64,
    /// Whether it is still kept.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
}

macro_rules! items {
    ($tail:literal) => {
        concat!(
            "select i.id, i.kind, i.medicine_id, i.name, i.unit, i.pack, i.step, i.reorder_level, i.lead_days,
                i.cover_days, i.active, i.version from stock_item i ",
            $tail
        )
    };
}

/// One item.
pub async fn by_id(store: impl Store, id: ItemId) -> Result<Option<Item>, DbError> {
    sql(items!("where i.id = $1")).bind(id).optional(store).await
}

/// Every item in the order of names.
pub async fn all(store: impl Store) -> Result<Vec<Item>, DbError> {
    sql(items!("order by i.folded, i.id")).all(store).await
}

/// The item of a medicine.
pub async fn of_medicine(store: impl Store, medicine: i64) -> Result<Option<ItemId>, DbError> {
    let row: Option<(ItemId,)> =
        sql("select id from stock_item where medicine_id = $1").bind(medicine).optional(store).await?;
    Ok(row.map(|row| row.0))
}

/// Takes the item for the rest of the transaction: whoever books the same one waits. False when there is none.
pub async fn hold(tx: &mut Tx, id: ItemId) -> Result<bool, DbError> {
    let held = sql("update stock_item set moves = moves + 1 where id = $1").bind(id).run(tx).await?;
    Ok(held == 1)
}

/// An item that is no medicine.
#[derive(Debug)]
pub struct NewItem<'a> {
    /// What it is.
    pub kind: ItemKind,
    /// What it is called.
    pub name: &'a str,
    pub folded: &'a str,
    /// The smallest unit.
    pub unit: &'a str,
    pub pack: i64,
    /// Below this it is low.
    pub reorder_level: Option<i64>,
}

/// Makes an item; none when there is one of that name.
pub async fn insert(tx: &mut Tx, new: &NewItem<'_>) -> Result<Option<ItemId>, DbError> {
    let row: Option<(ItemId,)> =
        sql("insert into stock_item (kind, name, folded, unit, pack, step, reorder_level)
             values ($1, $2, $3, $4, $5, 1, $6)
             on conflict (folded) where medicine_id is null do nothing returning id")
        .bind(new.kind)
        .bind(new.name)
        .bind(new.folded)
        .bind(new.unit)
        .bind(new.pack)
        .bind(new.reorder_level)
        .optional(tx)
        .await?;
    Ok(row.map(|row| row.0))
}

/// Changes what the clinic decides about an item, if it is still at this version. What a medicine is called and how it
/// is packed is the catalogue's.
pub async fn update(tx: &mut Tx, new: &Item, folded: &str) -> Result<bool, DbError> {
    let changed = sql("update stock_item set lead_days = $3, cover_days = $4,
            name = case when medicine_id is null then $5 else name end,
            folded = case when medicine_id is null then $6 else folded end,
            unit = case when medicine_id is null then $7 else unit end,
            pack = case when medicine_id is null then $8 else pack end,
            reorder_level = case when medicine_id is null then $9 else reorder_level end,
            active = case when medicine_id is null then $10 else active end,
            version = version + 1 where id = $1 and version = $2")
    .bind(new.id)
    .bind(new.version)
    .bind(new.lead_days)
    .bind(new.cover_days)
    .bind(&new.name)
    .bind(folded)
    .bind(&new.unit)
    .bind(new.pack)
    .bind(new.reorder_level)
    .bind(new.active)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// What procedures call a thing, and the item that it is.
pub async fn aliases(store: impl Store) -> Result<Vec<(String, ItemId)>, DbError> {
    sql("select name, item_id from stock_alias order by name").all(store).await
}

/// Lets a name of procedures mean an item from now on. False when it means one already.
pub async fn name(tx: &mut Tx, name: &str, item: ItemId) -> Result<bool, DbError> {
    let named = sql("insert into stock_alias (name, item_id) values ($1, $2) on conflict (name) do nothing")
        .bind(name)
        .bind(item)
        .run(tx)
        .await?;
    Ok(named == 1)
}

/// What the item is called that a name of procedures means.
pub async fn named(store: impl Store, name: &str) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> =
        sql("select i.name from stock_alias a join stock_item i on i.id = a.item_id where a.name = $1")
            .bind(name)
            .optional(store)
            .await?;
    Ok(row.map(|row| row.0))
}

/// Takes all names of an item away.
pub async fn unname(tx: &mut Tx, item: ItemId) -> Result<(), DbError> {
    sql("delete from stock_alias where item_id = $1").bind(item).run(tx).await?;
    Ok(())
}

/// What procedures call one item.
pub async fn aliases_of(store: impl Store, item: ItemId) -> Result<Vec<String>, DbError> {
    sql("select name from stock_alias where item_id = $1 order by name").bind(item).scalars(store).await
}

/// Whether it is a controlled medicine (rule P10).
pub async fn is_controlled(store: impl Store, id: ItemId) -> Result<bool, DbError> {
    let found: Option<(ItemId,)> =
        sql("select i.id from stock_item i join medicine m on m.id = i.medicine_id where i.id = $1 and m.controlled")
            .bind(id)
            .optional(store)
            .await?;
    Ok(found.is_some())
}
