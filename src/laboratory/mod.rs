//! The laboratory: what doctors order, the samples, results in versions, who verified and who was called, what doctors
//! review and patients read; and the laboratory's health records of students.
//!
//! Others use [`place`], [`open_orders`], [`to_review`], [`TestId`] and [`ensure_catalogue`].

pub mod model;
mod store;
pub mod verbs;

pub use model::TestId;
pub use store::fill::ensure_catalogue;
pub use store::lines::Line;
pub use store::reviews::ToReview;
pub use verbs::place::{Placed, place};

use crate::access::model::AccountId;
use crate::db::{Db, DbError};
use crate::queue::model::VisitId;

/// What is not done of a visit's orders: it blocks the closing until it is done, cancelled or handed over (rule V2).
pub async fn open_orders(db: &Db, visit: VisitId) -> Result<Vec<Line>, DbError> {
    let lines = store::lines::of_visit(db, visit).await?;
    Ok(lines.into_iter().filter(|line| line.state.is_open()).collect())
}

/// Results that wait for a doctor: critical and corrected ones first.
pub async fn to_review(db: &Db, doctor: AccountId, limit: i64) -> Result<Vec<ToReview>, DbError> {
    store::reviews::open(db, doctor, limit).await
}
