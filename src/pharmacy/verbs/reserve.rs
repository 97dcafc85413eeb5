//! Reserving what somebody will fetch (rule K7): by hand, or by the clinic's rule.

use chrono::{Days, NaiveDate, TimeDelta};

use crate::app::App;
use crate::audit::Entry;
use crate::db::DbError;
use crate::live::Topic;
use crate::pharmacy::store::owed::{self, Due};
use crate::pharmacy::store::worklist;
use crate::pharmacy::verbs::Refused;
use crate::prescribing::model::LineId;
use crate::prescribing::{Line, pharmacist};
use crate::stock::{self, NewReservation};
use crate::work::{Doer, Work};

/// What was signed so lately is looked at for what is not there at all: every turn of a day sees it, and those of a node
/// that was down.
const LATELY: TimeDelta = TimeDelta::days(2);

async fn noted(work: &mut Work, line: &Line, units: i64) -> Result<(), Refused> {
    let action = if units > 0 { "prescription.line_reserved" } else { "prescription.line_released" };
    let entry = Entry::new(action, "prescription", line.prescription_id.0)
        .of_patient(line.patient_id.0)
        .with("line", line.id.0);
    work.audit(if units > 0 { entry.with("units", units) } else { entry }).await?;
    work.tell(Topic::Visit(line.visit_id.0));
    work.tell(Topic::Pharmacy);
    Ok(())
}

/// Reserves units for a line, instead of what was reserved for it before. `version` is that of the line as it was seen.
///
/// # Errors
/// A sentence when the line changed, or less is free than that.
pub async fn reserve(work: &mut Work, new: &NewReservation, version: i64) -> Result<(), Refused> {
    let line = pharmacist::hold(work, LineId(new.line), version).await?;
    let units = stock::reserve(work, new, new.quantity).await?;
    noted(work, &line, units).await
}

/// Releases what was reserved for a line.
///
/// # Errors
/// Only when the database fails.
pub async fn release(work: &mut Work, line: &Line) -> Result<(), Refused> {
    if stock::release(work, line.id.0).await? {
        noted(work, line, 0).await?;
    }
    Ok(())
}

/// Reserves what is owed and has come in, and what was paid, for so many days: the oldest first, each in a transaction of
/// its own. What a colleague was quicker with is left to the next turn.
pub async fn reserve_due(app: &App) -> Result<(), DbError> {
    let days = stock::reserve_days(&app.db).await?;
    let (now, today) = (app.clock.now(), app.clinic().day_of(app.clock.now()));
    owed::note_missing(&app.db, today, now - LATELY).await?;
    let Some(until) = today.checked_add_days(Days::new(days.unsigned_abs())).filter(|_| days > 0) else {
        return Ok(());
    };
    let mut due = owed::owed(&app.db, today, now - worklist::LONGEST).await?;
    let paid = owed::paid(&app.db, today, now - TimeDelta::days(days)).await?;
    due.extend(
        paid.into_iter()
            .filter(|one| !due.iter().any(|known| known.line_id == one.line_id))
            .collect::<Vec<_>>(),
    );
    for one in due {
        let mut work = Work::begin(app, Doer::job("reserve")).await?;
        match reserve_one(&mut work, &one, until).await {
            Ok(()) => work.commit().await?,
            Err(Refused::Db(error)) => return Err(error),
            Err(Refused::Because(_) | Refused::NotFound) => drop(work),
        }
    }
    Ok(())
}

async fn reserve_one(work: &mut Work, due: &Due, until: NaiveDate) -> Result<(), Refused> {
    let line = pharmacist::hold(work, due.line_id, due.version).await?;
    let all = NewReservation {
        line: line.id.0,
        item: due.item_id,
        store: due.store_id,
        step: line.step,
        quantity: line.remaining(),
        until: line.valid_until.map_or(until, |last| last.min(until)),
    };
    let units = stock::reserve(work, &all, due.reserved + 1).await?;
    noted(work, &line, units).await
}
