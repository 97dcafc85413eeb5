//! Stock: items, stores, batches and the ledger of every unit (rules §8, decision 022).
//!
//! Others use [`item_of_medicine`], [`usable_of_medicines`], [`take`], [`put_back`], [`hold`], [`reserve`], [`release`],
//! [`dispensing_stores`], [`quarantine`] and [`of_ref`]. Nobody else writes into the ledger.

mod catalogue;
mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

pub use catalogue::ensure as ensure_catalogue;
pub use store::batches::Batch;
pub use store::items::Item;
pub use store::ledger::Movement;
pub use store::lists::Waiting;
pub use store::reservations::{ForLine, NewReservation};
pub use store::stores::StockStore;
pub use verbs::reserve::{release, reserve};
pub use verbs::{put_back, take, undo_procedure, use_for_procedure};

use std::collections::{BTreeMap, BTreeSet};

use std::time::Duration;

use chrono::NaiveDate;

use crate::access::model::Permission as P;
use crate::app::App;
use crate::db::{DbError, Store};
use crate::jobs::Job;
use crate::web::paths::stock as paths;
use crate::web::routes::{Access, Routes};
use crate::work::{Refused, Work};
use model::{BatchId, ItemId, StoreId, StoreKind};

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{batch, buying, correct, counts, items, places, receive, transfers};
    let (read, manage) = (Access::May(P::ReadStock), Access::May(P::ManageStock));
    let (approve, rules) = (Access::May(P::ApproveStock), Access::May(P::ManageSettings));
    Routes::new("stock")
        .get(paths::STOCK, read, items::index)
        .post(paths::STOCK, manage, items::create)
        .get(paths::LIVE, read, items::live)
        .part(paths::OPTIONS, read, items::options)
        .get(paths::ENDING, read, items::ending)
        .get(paths::ITEM_NEW, manage, items::new)
        .get(paths::ITEM, read, items::show)
        .post(paths::ITEM, manage, items::save)
        .get(paths::BATCH, read, batch::show)
        .post(paths::BATCH_STATE, manage, batch::turn)
        .post(paths::BATCH_EXPIRY, manage, batch::correct_expiry)
        .post(paths::CORRECTION, manage, correct::create)
        .get(paths::CORRECTIONS, approve, correct::index)
        .post(paths::DECISION, approve, correct::decide)
        .get(paths::RECEIPT_NEW, manage, receive::new)
        .post(paths::RECEIPTS, manage, receive::create)
        .get(paths::RECEIPT, read, receive::show)
        .get(paths::ORDERS, read, buying::index)
        .post(paths::ORDERS, manage, buying::create)
        .get(paths::REORDER, manage, buying::reorder)
        .get(paths::ORDER, read, buying::show)
        .post(paths::SENDING, manage, buying::send)
        .post(paths::CLOSING, manage, buying::close)
        .get(paths::TRANSFERS, read, transfers::index)
        .post(paths::TRANSFERS, manage, transfers::create)
        .get(paths::TRANSFER_NEW, manage, transfers::new)
        .get(paths::TRANSFER, read, transfers::show)
        .post(paths::ACCEPTANCE, manage, transfers::accept)
        .post(paths::REFUSAL, manage, transfers::refuse)
        .get(paths::COUNTS, read, counts::index)
        .post(paths::COUNTS, manage, counts::create)
        .get(paths::COUNT, read, counts::show)
        .post(paths::COUNT, manage, counts::keep)
        .get(paths::COUNT_SHEET, manage, counts::sheet)
        .post(paths::FOUND, manage, counts::found)
        .post(paths::HAND_IN, manage, counts::hand_in)
        .post(paths::RECOUNT, manage, counts::recount)
        .post(paths::POSTING, approve, counts::post)
        .post(paths::COUNT_END, manage, counts::cancel)
        .get(paths::SUPPLIERS, read, places::suppliers)
        .post(paths::SUPPLIERS, manage, places::add_supplier)
        .get(paths::SUPPLIER, read, places::supplier)
        .post(paths::SUPPLIER, manage, places::save_supplier)
        .get(paths::STORES, read, places::all_stores)
        .post(paths::STORES, manage, places::add_store)
        .get(paths::STORE, read, places::store)
        .post(paths::STORE, manage, places::save_store)
        .get(paths::RULES, rules, places::rules)
        .post(paths::RULES, rules, places::save_rules)
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "stock_outs",
        every: Duration::from_secs(3_600),
        run: |app| Box::pin(async move { note_stock_outs(&app).await }),
    }]
}

/// Notes which items nobody could get today: days without stock do not count as days of little use (rule K8). And forgets
/// reservations whose day is over.
pub async fn note_stock_outs(app: &App) -> Result<(), DbError> {
    let today = app.clinic().day_of(app.clock.now());
    let mut tx = app.db.begin().await?;
    store::lists::note_stock_outs(&mut tx, today).await?;
    store::reservations::forget_past(&mut tx, today).await?;
    tx.commit().await
}

/// The item of a medicine; every medicine has one, also with nothing on the shelf.
pub async fn item_of_medicine(store: impl Store, medicine: i64) -> Result<Option<ItemId>, DbError> {
    store::items::of_medicine(store, medicine).await
}

/// One item: its unit, pack and the least that leaves.
pub async fn item(store: impl Store, id: ItemId) -> Result<Option<Item>, DbError> {
    store::items::by_id(store, id).await
}

/// One batch: its number and expiry.
pub async fn batch(store: impl Store, id: BatchId) -> Result<Option<Batch>, DbError> {
    store::batches::by_id(store, id).await
}

/// Usable units (there, not held, not recalled, not expired, not reserved) of medicines in stores that hand out to patients, by one
/// query; of every medicine when none, or many, are named. What is not there has no entry unless it was named.
pub async fn usable_of_medicines(
    store: impl Store,
    medicines: &[i64],
    today: NaiveDate,
) -> Result<BTreeMap<i64, i64>, DbError> {
    let few = !medicines.is_empty() && medicines.len() <= store::ledger::FEW;
    let found = if few {
        store::ledger::usable_of(store, medicines, today).await?
    } else {
        store::ledger::usable_of_medicines(store, today).await?
    };
    // Where units were lost after they were reserved, less lies there than is reserved.
    let mut usable: BTreeMap<i64, i64> = found.into_iter().map(|(id, units)| (id, units.max(0))).collect();
    for medicine in medicines {
        usable.entry(*medicine).or_insert(0);
    }
    Ok(usable)
}

/// For so many days what came in, or was paid, is reserved for whom it is owed; 0: nothing is reserved by itself.
pub async fn reserve_days(store: impl Store) -> Result<i64, DbError> {
    Ok(store::stores::setting(store).await?.reserve_days)
}

/// A reservation is for so many days at most; the table of the rules knows the same number.
pub const LONGEST: i64 = 30;

/// What is reserved for the lines of a patient.
pub async fn reserved_for(
    store: impl Store,
    patient: i64,
    today: NaiveDate,
) -> Result<Vec<ForLine>, DbError> {
    store::reservations::of_patient(store, patient, today).await
}

/// Takes several items for this work, always in the same order, before the first [`take`] of a work with several lines:
/// two of them then never wait for each other crosswise.
///
/// # Errors
/// `NotFound` when there is no such item.
pub async fn hold(work: &mut Work, items: &[ItemId]) -> Result<(), Refused> {
    for item in items.iter().copied().collect::<BTreeSet<_>>() {
        if !store::items::hold(work.tx(), item).await? {
            return Err(Refused::NotFound);
        }
    }
    Ok(())
}

/// What procedures can take of a thing of this name, with its unit; none for what never lay there.
pub async fn lies_for_procedures(
    store: impl Store,
    name: &str,
    today: NaiveDate,
) -> Result<Option<(i64, String)>, DbError> {
    store::lists::lies_for_procedures(store, &catalogue::alias(name), today).await
}

/// Stores that hand out to patients, the default one of a service point first.
pub async fn dispensing_stores(store: impl Store) -> Result<Vec<StockStore>, DbError> {
    store::stores::of_kind(store, StoreKind::Dispensary).await
}

/// Where returns go that nobody accepted as sealed.
pub async fn quarantine(store: impl Store) -> Result<StoreId, DbError> {
    store::stores::quarantine(store).await
}

/// The rows of the ledger that one cause wrote, for instance a dispensing line.
pub async fn of_ref(store: impl Store, ref_kind: &str, ref_id: i64) -> Result<Vec<Movement>, DbError> {
    store::ledger::of_ref(store, ref_kind, ref_id).await
}

/// What waits for somebody who works with the stock.
pub async fn waiting(store: impl Store) -> Result<Waiting, DbError> {
    store::lists::waiting(store).await
}
