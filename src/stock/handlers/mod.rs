//! HTTP of stock.

pub mod batch;
pub mod buying;
pub mod correct;
pub mod counts;
pub mod fields;
pub mod items;
pub mod places;
pub mod receive;
pub mod transfers;

use crate::db::{Db, DbError};
use crate::stock::store::stores::{self, StockStore, Supplier};

/// Open stores for a select.
async fn places(db: &Db) -> Result<Vec<StockStore>, DbError> {
    let mut all = stores::all(db).await?;
    all.retain(|store| store.active);
    Ok(all)
}

/// Suppliers for a select.
async fn suppliers(db: &Db) -> Result<Vec<Supplier>, DbError> {
    let mut all = stores::suppliers(db).await?;
    all.retain(|supplier| supplier.active);
    Ok(all)
}
