//! What the clinic does, what it costs and what it usually takes.

use crate::db::bulk::{self, Table};
use crate::db::{DbError, Store, Tx, sql};
use crate::procedures::model::{KindId, Supply};

/// One kind of procedure.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Kind {
    pub id: KindId,
    pub code: String,
    pub name: String,
    pub plain_name: String,
    pub search_words: String,
    /// Kobo.
    pub price: i64,
    pub minutes: i64,
    pub consent: bool,
    pub sensitive: bool,
    pub active: bool,
    pub version: i64,
}

/// Every kind, in the order of the catalogue.
pub async fn all(store: impl Store) -> Result<Vec<Kind>, DbError> {
    sql("select id, code, name, plain_name, search_words, price, minutes, consent, sensitive, active, version
         from procedure_kind order by position, id limit 1000")
    .all(store)
    .await
}

/// One kind.
pub async fn by_id(store: impl Store, id: KindId) -> Result<Option<Kind>, DbError> {
    sql("select id, code, name, plain_name, search_words, price, minutes, consent, sensitive, active, version
         from procedure_kind where id = $1")
    .bind(id)
    .optional(store)
    .await
}

/// What one usually takes.
pub async fn supplies(store: impl Store, kind: KindId) -> Result<Vec<Supply>, DbError> {
    sql("select item, quantity, unit from procedure_supply where kind_id = $1 order by position, id")
        .bind(kind)
        .all(store)
        .await
}

/// Changes what the clinic may change, if it is still at this version; the supplies are replaced.
pub async fn update(tx: &mut Tx, kind: &Kind, supplies: &[Supply]) -> Result<bool, DbError> {
    let changed = sql("update procedure_kind set price = $2, minutes = $3, consent = $4, active = $5,
            version = version + 1 where id = $1 and version = $6")
    .bind(kind.id)
    .bind(kind.price)
    .bind(kind.minutes)
    .bind(kind.consent)
    .bind(kind.active)
    .bind(kind.version)
    .run(&mut *tx)
    .await?;
    if changed != 1 {
        return Ok(false);
    }
    sql("delete from procedure_supply where kind_id = $1").bind(kind.id).run(&mut *tx).await?;
    insert_supplies(tx, supplies.iter().map(|supply| (kind.id, supply.clone())).collect()).await?;
    Ok(true)
}

/// A kind that is about to be written.
#[derive(Debug, Clone)]
pub struct NewKind {
    pub code: String,
    pub name: String,
    pub plain_name: String,
    pub search_words: String,
    pub price: i64,
    pub minutes: i64,
    pub consent: bool,
    pub sensitive: bool,
    pub position: i64,
}

/// Adds a kind; none when another node was first.
pub async fn insert(tx: &mut Tx, new: &NewKind) -> Result<Option<KindId>, DbError> {
    let id: Option<(KindId,)> =
        sql("insert into procedure_kind (code, name, plain_name, search_words, price, minutes,
            consent, sensitive, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (code) do nothing returning id")
        .bind(&new.code)
        .bind(&new.name)
        .bind(&new.plain_name)
        .bind(&new.search_words)
        .bind(new.price)
        .bind(new.minutes)
        .bind(new.consent)
        .bind(new.sensitive)
        .bind(new.position)
        .optional(tx)
        .await?;
    Ok(id.map(|(id,)| id))
}

/// Adds what kinds usually take.
pub async fn insert_supplies(tx: &mut Tx, supplies: Vec<(KindId, Supply)>) -> Result<(), DbError> {
    const SUPPLIES: Table =
        Table { name: "procedure_supply", columns: &["kind_id", "item", "quantity", "unit", "position"] };
    let row = |(at, (kind, supply)): (i64, (KindId, Supply))| {
        vec![kind.into(), supply.item.into(), supply.quantity.into(), supply.unit.into(), at.into()]
    };
    let mut rows = (1..).zip(supplies).map(row).collect();
    bulk::insert(tx, SUPPLIES, &mut rows).await
}
