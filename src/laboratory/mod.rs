//! The laboratory: what doctors order, the samples, results in versions, who verified and who was called, what doctors
//! review and patients read; and the laboratory's health records of students.
//!
//! Others use [`place`], [`open_orders`], [`around_visit`], [`hand_over`], [`take_over`], [`to_review`], [`TestId`] and [`ensure_catalogue`].

mod handlers;
pub mod model;
mod store;
pub mod verbs;
mod views;

pub use model::TestId;
pub use store::catalogue::{Analyte, analytes_of_test};
pub use store::fill::ensure_catalogue;
pub use store::lines::{Line, Tally};
pub use store::reviews::ToReview;
pub use verbs::hand_over::{hand_over, take_over};
pub use verbs::place::{Placed, place};
pub use verbs::verify::READ;

use crate::access::model::{AccountId, Permission as P};
use crate::db::{Db, DbError};
use crate::patients::model::{PatientId, SealedVisits};
use crate::queue::model::VisitId;
use crate::web::paths::laboratory as paths;
use crate::web::routes::{Access, Routes};

/// The pages of this capability.
pub fn routes() -> Routes {
    lab_routes().merge(bench_routes()).merge(doctor_routes()).merge(patient_routes())
}

fn lab_routes() -> Routes {
    use handlers::{catalogue, collect, health, worklist};
    let (collecting, work) = (Access::May(P::CollectSamples), Access::May(P::WorkLab));
    let offer = Access::May(P::ManageCatalogue);
    let rules = Access::May(P::ManageSettings);
    Routes::new("laboratory")
        .get(paths::WORKLIST, collecting, worklist::index)
        .part(paths::WORKLIST_PART, collecting, worklist::part)
        .get(paths::WORKLIST_LIVE, collecting, worklist::live)
        .get(paths::COLLECTION, collecting, collect::new)
        .post(paths::COLLECTION, collecting, collect::create)
        .get(paths::LABELS, collecting, collect::labels)
        .get(paths::LABEL, collecting, collect::label)
        .get(paths::TIMES, work, worklist::times)
        .get(paths::CATALOGUE, offer, catalogue::index)
        .get(paths::TEST, offer, catalogue::show)
        .post(paths::TEST, offer, catalogue::save)
        .get(paths::RULES, rules, catalogue::rules)
        .post(paths::RULES, rules, catalogue::save_rules)
        .get(paths::HEALTH_RECORDS, work, health::index)
        .get(paths::HEALTH_RECORD, work, health::form)
        .post(paths::HEALTH_RECORD, work, health::save)
}

fn bench_routes() -> Routes {
    use handlers::{bench, calls, correct, entry};
    let work = Access::May(P::WorkLab);
    Routes::new("laboratory")
        .get(paths::SAMPLE, work, bench::show)
        .post(paths::RECEIPT, work, bench::receive)
        .post(paths::BENCH, work, bench::start)
        .post(paths::REJECTION, work, bench::reject)
        .get(paths::ENTRY, work, entry::new)
        .post(paths::ENTRY, work, entry::create)
        .post(paths::VERIFICATION, work, bench::verify)
        .post(paths::RETURN, work, bench::send_back)
        .get(paths::CORRECTION, work, correct::form)
        .post(paths::CORRECTION, work, correct::save)
        .get(paths::CALL, work, calls::new)
        .post(paths::CALL, work, calls::create)
}

fn doctor_routes() -> Routes {
    use handlers::{order, results};
    let (orders, read) = (Access::May(P::OrderTests), Access::May(P::OpenRecords));
    Routes::new("laboratory")
        .get(paths::ORDER, orders, order::new)
        .post(paths::ORDER, orders, order::create)
        .post(paths::CANCELLATION, orders, order::cancel_line)
        .get(paths::REVIEWS, orders, results::index)
        .part(paths::REVIEWS_PART, orders, results::part)
        .get(paths::REVIEWS_LIVE, orders, results::live)
        .get(paths::RESULT, read, results::show)
        .get(paths::RESULT_PRINT, read, results::print)
        .post(paths::ACKNOWLEDGEMENT, orders, results::acknowledged)
}

fn patient_routes() -> Routes {
    Routes::new("laboratory").get(paths::MY_RESULTS, Access::Patient, handlers::mine::index).get(
        paths::MY_RESULT,
        Access::Patient,
        handlers::mine::show,
    )
}

/// What is not done of a visit's orders: it blocks the closing until it is done, cancelled or handed over (rule V2).
pub async fn open_orders(db: &Db, visit: VisitId) -> Result<Vec<Line>, DbError> {
    let lines = store::lines::of_visit(db, visit).await?;
    Ok(lines.into_iter().filter(|line| line.state.is_open()).collect())
}

/// Every test of a visit, and what is open of the same patient from other visits.
pub async fn around_visit(
    db: &Db,
    visit: VisitId,
    whose: (PatientId, &SealedVisits),
) -> Result<Vec<Line>, DbError> {
    store::lines::around_visit(db, visit, whose).await
}

/// What waits in the laboratory, for the homes of staff.
pub async fn tally(db: &Db) -> Result<Tally, DbError> {
    store::lines::tally(db).await
}

/// Results that wait for a doctor: critical and corrected ones first.
pub async fn to_review(db: &Db, doctor: AccountId, limit: i64) -> Result<Vec<ToReview>, DbError> {
    store::reviews::open(db, doctor, limit).await
}
