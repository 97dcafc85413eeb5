//! The pharmacy: what is given out of a prescription, what comes back, what the prescriber is asked (rules §7, decision 023).
//!
//! Every unit leaves by the stock's one way out, every line that is given is charged by billing, and the prescribed lines
//! count along by the tables' triggers. Others use [`tally`], [`recalled`] and [`tell`].

mod handlers;
pub mod model;
mod store;
mod verbs;
mod views;

pub use store::recalls::Recalled;
pub use store::worklist::Tally;
pub use verbs::messages::tell;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::access::model::Permission as P;
use crate::app::App;
use crate::clock::minute_of;
use crate::db::{DbError, Store};
use crate::jobs::Job;
use crate::patients::model::PatientId;
use crate::web::paths::pharmacy as paths;
use crate::web::routes::{Access, Routes};

/// For so long a new prescription stands on the worklist; later it stands under "Earlier".
const FRESH: TimeDelta = TimeDelta::hours(20);

/// For so long a medicine may lie in somebody's drawer.
const KEPT_AT_HOME: TimeDelta = TimeDelta::days(365);

/// The pages of this capability.
pub fn routes() -> Routes {
    use handlers::{dispense, dispensing, messages, register, reserve, worklist};
    let (read, give) = (Access::May(P::ReadPrescriptions), Access::May(P::Dispense));
    let prescribe = Access::May(P::Consult);
    Routes::new("pharmacy")
        .get(paths::WORKLIST, give, worklist::index)
        .part(paths::WORKLIST_PART, give, worklist::part)
        .get(paths::WORKLIST_LIVE, give, worklist::live)
        .get(paths::EARLIER, give, worklist::earlier)
        .get(paths::GIVEN, give, worklist::given)
        .get(paths::REGISTER, give, register::show)
        .get(paths::MESSAGES, prescribe, messages::index)
        .post(paths::ANSWER, prescribe, messages::answer)
        .post(paths::QUERIES, give, messages::ask)
        .get(paths::OF_VISIT, give, worklist::of_visit)
        .get(paths::DISPENSE, give, dispense::show)
        .post(paths::DISPENSE, give, dispense::create)
        .post(paths::LINE_STATE, give, dispense::set)
        .post(paths::RESERVATION, give, reserve::set)
        .get(paths::DISPENSING, read, dispensing::show)
        .get(paths::LABELS, give, dispensing::labels)
        .get(paths::SLIP, give, dispensing::slip)
        .post(paths::RETURNS, give, dispensing::take_back)
        .get(paths::LINE, read, dispensing::of_line)
        .get(paths::RECEIVERS, give, register::receivers)
}

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![Job {
        name: "reserve",
        every: Duration::from_secs(60),
        run: |app| Box::pin(async move { reserve_due(&app).await }),
    }]
}

/// Reserves what is owed and has come in, and what was paid, by the clinic's rule (rule K7).
pub async fn reserve_due(app: &App) -> Result<(), DbError> {
    verbs::reserve::reserve_due(app).await
}

/// What a patient was given lately of batches that are recalled now.
pub async fn recalled(
    store: impl Store,
    patient: PatientId,
    now: DateTime<Utc>,
) -> Result<Vec<Recalled>, DbError> {
    store::recalls::of_patient(store, patient, now - KEPT_AT_HOME).await
}

/// What waits in the pharmacy, for the home of whoever works there.
pub async fn tally(store: impl Store, today: NaiveDate, now: DateTime<Utc>) -> Result<Tally, DbError> {
    store::worklist::tally(store, today, minute_of(now) - FRESH).await
}
