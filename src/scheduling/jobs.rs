//! What runs by the clock (rule R11): safe to do twice, and catching up after downtime.

use std::time::Duration;

use chrono::{Days, NaiveDate, TimeDelta};

use crate::app::App;
use crate::db::DbError;
use crate::jobs::Job;
use crate::settings::model::weekday_number;
use crate::work::{Doer, Work};

use super::model::BookingRules;
use super::store::{appointments, doctors, hours, people, slots, states};
use super::verbs::book::let_go;
use super::verbs::hours::{horizon, make};
use super::verbs::{Refusal, no_show};

/// Rows that one transaction of a job touches at most.
const BATCH: i64 = 200;

/// Timed work of this capability.
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            name: "make_slots",
            every: Duration::from_secs(900),
            run: |app| Box::pin(async move { make_slots(&app).await }),
        },
        Job {
            name: "close_past_slots",
            every: Duration::from_secs(60),
            run: |app| Box::pin(async move { slots::close_past(&app.db, app.clock.now()).await.map(|_| ()) }),
        },
        Job {
            name: "expire_holds",
            every: Duration::from_secs(15),
            run: |app| Box::pin(async move { expire_holds(&app).await }),
        },
        Job {
            name: "mark_no_shows",
            every: Duration::from_secs(300),
            run: |app| Box::pin(async move { mark_no_shows(&app).await }),
        },
    ]
}

/// What a refusal means to a job: the database's faults are told, all else is a race that somebody won.
fn fault(refusal: Refusal) -> Result<(), DbError> {
    if let Refusal::Db(error) = refusal { Err(error) } else { Ok(()) }
}

/// Keeps the offer as long as the clinic wants it, doctor by doctor.
async fn make_slots(app: &App) -> Result<(), DbError> {
    let clinic = app.clinic();
    let today = clinic.day_of(app.clock.now());
    for doctor in doctors::names(&app.db).await? {
        let mut work = Work::begin(app, Doer::job("make_slots")).await?;
        match make(&mut work, doctor.id, today, horizon(&clinic, today)).await {
            Ok(_) => work.commit().await?,
            Err(refusal) => fault(refusal)?,
        }
    }
    Ok(())
}

/// Frees holds whose minutes are over, each in a transaction of its own.
async fn expire_holds(app: &App) -> Result<(), DbError> {
    for held in appointments::holds_over(&app.db, app.clock.now(), BATCH).await? {
        let mut work = Work::begin(app, Doer::job("expire_holds")).await?;
        people::lock(work.tx(), held.patient_id).await?;
        slots::lock(work.tx(), &[held.slot_id]).await?;
        match let_go(&mut work, &held, true).await {
            Ok(true) => work.commit().await?,
            Ok(false) => {}
            Err(refusal) => fault(refusal)?,
        }
    }
    Ok(())
}

/// Records at day close who did not come (rule N2). Days on which the clinic was closed count for nobody.
async fn mark_no_shows(app: &App) -> Result<(), DbError> {
    let clinic = app.clinic();
    let rules = BookingRules::of(&clinic);
    let now = app.clock.now();
    let today = clinic.day_of(now);
    let until = if day_is_over(app, today).await? { now } else { clinic.start_of(today) };
    let from = now - TimeDelta::days(i64::from(rules.no_show_days));
    let first: NaiveDate =
        today.checked_sub_days(Days::new(u64::from(rules.no_show_days) + 1)).unwrap_or(today);
    let closed = hours::closed_days(&app.db, first, today).await?;
    let mut tx = app.db.begin().await?;
    let due = states::not_attended(&mut tx, from, until, BATCH).await?;
    drop(tx);
    for one in due.iter().filter(|one| !closed.contains(&clinic.day_of(one.starts_at))) {
        let mut work = Work::begin(app, Doer::job("mark_no_shows")).await?;
        match no_show(&mut work, one.id).await {
            Ok(()) => work.commit().await?,
            Err(refusal) => fault(refusal)?,
        }
    }
    Ok(())
}

/// Whether the clinic's doors have closed for today. Without opening hours the day ends at midnight.
async fn day_is_over(app: &App, today: NaiveDate) -> Result<bool, DbError> {
    let closes = hours::closes(&app.db, weekday_number(today)).await?;
    let closes = closes.and_then(|time| app.clinic().instant(today, time));
    Ok(closes.is_some_and(|at| at <= app.clock.now()))
}
