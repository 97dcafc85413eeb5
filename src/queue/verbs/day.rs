//! The end of a clinic day, and what is cleaned up by the clock.

use crate::app::App;
use crate::audit;
use crate::db::DbError;
use crate::live::Topic;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::queue::store::{displays, visits};
use crate::scheduling;
use crate::work::{Doer, Refused, Work};

/// Ends what earlier clinic days left open (Q13). Doing it twice changes nothing.
pub async fn close_the_day(app: App) -> Result<(), DbError> {
    let mut work = Work::begin(&app, Doer::job("close_the_day")).await?;
    let begins = app.clinic().start_of(work.today());
    let closed = close_earlier_days(&mut work, None).await?;
    scheduling::close_before(&mut work, begins).await?;
    if closed {
        work.tell(Topic::All);
    }
    work.commit().await
}

/// The same of the visits alone: everybody's, or one patient's. Whether there were any.
pub(super) async fn close_earlier_days(work: &mut Work, patient: Option<PatientId>) -> Result<bool, DbError> {
    let (at, today) = (work.now(), work.today());
    let closed = visits::close_days_before(work.tx(), today, patient, at).await?;
    let entry = |(visit, whose): &(VisitId, PatientId)| {
        audit::Entry::new("queue.day_closed", "visit", visit.0).of_patient(whose.0)
    };
    work.audit_all(closed.iter().map(entry).collect()).await?;
    Ok(!closed.is_empty())
}

/// Whoever waits for a doctor whose time away has begun waits for anyone.
pub async fn release_the_waiting(app: App) -> Result<(), DbError> {
    let mut work = Work::begin(&app, Doer::job("release_the_waiting")).await?;
    match super::leaving::doctors_are_away(&mut work).await {
        Ok(0) => Ok(()),
        Ok(_) => work.commit().await,
        Err(Refused::Db(error)) => Err(error),
        // Somebody was called in the same moment; whoever waits still is released next time.
        Err(Refused::Because(_) | Refused::NotFound) => Ok(()),
    }
}

/// Forgets screens that nobody paired in time.
pub async fn expire_pairings(app: App) -> Result<(), DbError> {
    displays::forget_expired(&app.db, app.clock.now()).await
}
