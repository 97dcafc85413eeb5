//! Stores, suppliers and the clinic's own rules of stock.

use crate::db::{DbError, Store, Tx, sql};
use crate::stock::model::{StoreId, StoreKind, SupplierId};

/// The clinic's own rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Setting {
    /// Kobo: a correction worth more waits for a second person.
    pub approve_above: i64,
    /// Days: what arrives with less shelf life is warned of.
    pub shelf_days: i64,
    /// Days: what expires sooner stands in the list.
    pub soon_days: i64,
    /// Days: for so long what came in, or was paid, is reserved for whom it is owed; 0: nothing is reserved by itself.
    pub reserve_days: i64,
    /// Counts changes.
    pub version: i64,
}

/// The rules.
pub async fn setting(store: impl Store) -> Result<Setting, DbError> {
    sql("select approve_above, shelf_days, soon_days, reserve_days, version from stock_setting where id = 1")
        .one(store)
        .await
}

/// Changes the rules if they are still at this version.
pub async fn update_setting(tx: &mut Tx, new: &Setting) -> Result<bool, DbError> {
    let changed = sql("update stock_setting set approve_above = $1, shelf_days = $2, soon_days = $3,
            reserve_days = $4, version = version + 1 where id = 1 and version = $5")
    .bind(new.approve_above)
    .bind(new.shelf_days)
    .bind(new.soon_days)
    .bind(new.reserve_days)
    .bind(new.version)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// A place where things lie.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct StockStore {
    /// Its id.
    pub id: StoreId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: StoreKind,
    /// The service point that hands out from it.
    pub service_point_id: Option<i64>,
    /// Its place in lists.
    pub position: i64,
    /// Whether it is still kept.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
}

macro_rules! stores {
    ($tail:literal) => {
        concat!("select id, name, kind, service_point_id, position, active, version from stock_store ", $tail)
    };
}

/// Every store, those of service points first.
pub async fn all(store: impl Store) -> Result<Vec<StockStore>, DbError> {
    sql(stores!("order by active desc, case when kind = 'quarantine' then 1 else 0 end, position, id"))
        .all(store)
        .await
}

/// One store.
pub async fn by_id(store: impl Store, id: StoreId) -> Result<Option<StockStore>, DbError> {
    sql(stores!("where id = $1")).bind(id).optional(store).await
}

/// Open stores of a kind; the default one of a service point first.
pub async fn of_kind(store: impl Store, kind: StoreKind) -> Result<Vec<StockStore>, DbError> {
    sql(stores!(
        "where active and kind = $1
         order by case when service_point_id is null then 1 else 0 end, position, id"
    ))
    .bind(kind)
    .all(store)
    .await
}

/// Where returns go.
pub async fn quarantine(store: impl Store) -> Result<StoreId, DbError> {
    sql("select id from stock_store where kind = 'quarantine'").scalar(store).await
}

/// Makes a store; none when there is one of that name.
pub async fn insert(tx: &mut Tx, new: &StockStore) -> Result<Option<StoreId>, DbError> {
    let row: Option<(StoreId,)> =
        sql("insert into stock_store (name, kind, service_point_id, position, active)
             values ($1, $2, $3, $4, $5) on conflict (lower(name)) do nothing returning id")
        .bind(&new.name)
        .bind(new.kind)
        .bind(new.service_point_id)
        .bind(new.position)
        .bind(new.active)
        .optional(tx)
        .await?;
    Ok(row.map(|row| row.0))
}

/// Changes a store if it is still at this version.
pub async fn update(tx: &mut Tx, new: &StockStore) -> Result<bool, DbError> {
    let changed = sql("update stock_store set name = $2, kind = $3, service_point_id = $4, position = $5,
            active = $6, version = version + 1 where id = $1 and version = $7")
    .bind(new.id)
    .bind(&new.name)
    .bind(new.kind)
    .bind(new.service_point_id)
    .bind(new.position)
    .bind(new.active)
    .bind(new.version)
    .run(tx)
    .await?;
    Ok(changed == 1)
}

/// Who sells things to the clinic.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Supplier {
    /// Its id.
    pub id: SupplierId,
    /// What it is called.
    pub name: String,
    /// Phone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Postal address.
    pub address: String,
    /// Whether it is still kept.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
}

/// Every supplier by name.
pub async fn suppliers(store: impl Store) -> Result<Vec<Supplier>, DbError> {
    sql("select id, name, phone, email, address, active, version from supplier order by active desc, name, id")
        .all(store)
        .await
}

/// One supplier.
pub async fn supplier(store: impl Store, id: SupplierId) -> Result<Option<Supplier>, DbError> {
    sql("select id, name, phone, email, address, active, version from supplier where id = $1")
        .bind(id)
        .optional(store)
        .await
}

/// Makes a supplier; none when there is one of that name.
pub async fn insert_supplier(tx: &mut Tx, new: &Supplier) -> Result<Option<SupplierId>, DbError> {
    let row: Option<(SupplierId,)> = sql("insert into supplier (name, phone, email, address, active)
             values ($1, $2, $3, $4, $5) on conflict (lower(name)) do nothing returning id")
    .bind(&new.name)
    .bind(&new.phone)
    .bind(&new.email)
    .bind(&new.address)
    .bind(new.active)
    .optional(tx)
    .await?;
    Ok(row.map(|row| row.0))
}

/// Changes a supplier if it is still at this version.
pub async fn update_supplier(tx: &mut Tx, new: &Supplier) -> Result<bool, DbError> {
    let changed = sql("update supplier set name = $2, phone = $3, email = $4, address = $5, active = $6,
            version = version + 1 where id = $1 and version = $7")
    .bind(new.id)
    .bind(&new.name)
    .bind(&new.phone)
    .bind(&new.email)
    .bind(&new.address)
    .bind(new.active)
    .bind(new.version)
    .run(tx)
    .await?;
    Ok(changed == 1)
}
