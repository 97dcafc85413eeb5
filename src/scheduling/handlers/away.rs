//! Time away and slots by hand.

use axum::extract::State;
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime};

use super::hours::{allowed, decisions, hours_page};
use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::queue;
use crate::scheduling::model::{BlockId, Interval};
use crate::scheduling::store::away;
use crate::scheduling::store::slots::NewSlot;
use crate::scheduling::verbs::Refusal;
use crate::scheduling::verbs::away::{Away, block, lift};
use crate::scheduling::verbs::hours::{make, make_one};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Days that slots can be made for by hand in one go.
const MOST_DAYS: i64 = 180;

/// Whose time, as the form says: the whole clinic's only for those who manage it.
fn whose(page: &Page, form: &FormState) -> Result<Option<AccountId>, Error> {
    let everybody = form.chosen("whole_clinic", "yes");
    if everybody && page.may(Permission::ManageAvailability) {
        return Ok(None);
    }
    allowed(page, form.value("doctor").parse().ok())?.ok_or(Error::NotFound).map(Some)
}

fn moment(form: &mut FormState, page: &Page, day: &str, time: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    let date = form.parse::<NaiveDate>(day, "Enter a day");
    let clock = form.parse::<NaiveTime>(time, "Enter a time, for example 09:00");
    let date = date.filter(|date| (2000..2200).contains(&date.year()));
    if date.is_none() {
        form.refuse(day, "Enter a day");
    }
    let at = page.clinic.instant(date?, clock?);
    if at.is_none() {
        form.refuse(time, "The clocks go forward and this time does not exist on that day");
    }
    at
}

/// Blocks a stretch; first shows who is booked in it, with a decision for each (SC3).
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let doctor = whose(&page, &form)?;
    let from = moment(&mut form, &page, "from_day", "from_time");
    let to = moment(&mut form, &page, "to_day", "to_time");
    let reason = form.text("away_reason", "Say why, for the staff", 120);
    let at = from.zip(to).and_then(|(from, to)| Interval::new(from, to));
    if from.is_some() && to.is_some() && at.is_none() {
        form.refuse("to_day", "The end must be after the start");
    }
    if at.is_some_and(|at| at.ends_at() <= page.now) {
        form.refuse("to_day", "This time is over. Choose an end that is still to come");
    }
    let mut affected = Vec::new();
    if let (Some(at), true) = (at, form.is_ok()) {
        let mut work = submission.begin(&app).await?;
        let wish = Away { doctor, at, reason: &reason };
        match block(&mut work, &wish, &decisions(&form)).await? {
            Ok(_) => {
                let to =
                    doctor.map_or(paths::scheduling::AVAILABILITY.into(), paths::scheduling::availability_of);
                let words = match queue::doctors_are_away(&mut work).await? {
                    0 => "Time blocked".to_owned(),
                    1 => "Time blocked. 1 patient who waited now waits for anyone".to_owned(),
                    many => format!("Time blocked. {many} patients who waited now wait for anyone"),
                };
                return work.done(to, &words).await;
            }
            Err(people) => {
                work.undo();
                form.renew();
                form.refuse("", "People are booked at this time. Decide for each of them.");
                affected = people;
            }
        }
    }
    Ok(refused(html(hours_page(&app, page, form, doctor, affected).await?)?))
}

/// Lifts a block.
pub async fn end(State(app): State<App>, page: Page, Id(id): Id<BlockId>, submission: Submission) -> Answer {
    let Some(row) = away::block(&app.db, id).await? else {
        return Err(Error::NotFound);
    };
    match row.doctor_id {
        Some(doctor) => {
            allowed(&page, Some(doctor))?;
        }
        None if row.holiday.is_some() => {
            return Err(Error::Conflict(
                "This day is a holiday. Remove it from the list of holidays.".into(),
            ));
        }
        None if page.may(Permission::ManageAvailability) => {}
        None => return Err(Error::NotFound),
    }
    let mut work = submission.begin(&app).await?;
    lift(&mut work, id, row.doctor_id).await?;
    let to = row.doctor_id.map_or(paths::scheduling::AVAILABILITY.into(), paths::scheduling::availability_of);
    work.done(to, "The time can be booked again").await
}

/// Makes the slots of a range of days from the hours.
pub async fn make_range(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let doctor = allowed(&page, form.value("doctor").parse().ok())?.ok_or(Error::NotFound)?;
    let from = form.parse::<NaiveDate>("make_from", "Enter the first day");
    let to = form.parse::<NaiveDate>("make_to", "Enter the last day");
    if let (Some(from), Some(to)) = (from, to) {
        let days = (to - from).num_days();
        if !(0..=MOST_DAYS).contains(&days) || from < page.today() || to > page.today() + Days::new(366) {
            form.refuse("make_to", format!("Choose up to {MOST_DAYS} days, from today on, within a year"));
        }
        if form.is_ok() {
            let mut work = submission.begin(&app).await?;
            let (made, plan) = make(&mut work, doctor, from, to).await?;
            let left_out = match plan.dropped.len() {
                0 => String::new(),
                some => format!(", {some} left out because of other slots, time away or a clock change"),
            };
            let words = format!("{made} slots made{left_out}");
            return work.done(paths::scheduling::availability_of(doctor), &words).await;
        }
    }
    Ok(refused(html(hours_page(&app, page, form, Some(doctor), Vec::new()).await?)?))
}

/// Makes one slot.
pub async fn make_single(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let doctor = allowed(&page, form.value("doctor").parse().ok())?.ok_or(Error::NotFound)?;
    let starts = moment(&mut form, &page, "slot_day", "slot_time");
    let minutes = form.number("slot_length", 5, 240);
    let capacity = form.number("slot_places", 1, 100);
    let public_capacity = form.number("slot_online", 0, 100);
    if public_capacity > capacity {
        form.refuse("slot_online", "Places for online booking must not be more than the places");
    }
    if starts.is_some_and(|starts| starts <= page.now) {
        form.refuse("slot_day", "Choose a time to come");
    }
    if let (Some(starts), true) = (starts, form.is_ok()) {
        let at = Interval::lasting(starts, u32::try_from(minutes).unwrap_or(5));
        let day = page.clinic.day_of(starts);
        let slot = NewSlot { doctor, room: None, availability: None, day, at, capacity, public_capacity };
        let mut work = submission.begin(&app).await?;
        match make_one(&mut work, &slot).await {
            Ok(true) => return work.done(paths::scheduling::availability_of(doctor), "1 slot made").await,
            Ok(false) => {
                work.undo();
                form.refuse(
                    "slot_time",
                    "The doctor has another slot at this time, or it is blocked or a holiday",
                );
            }
            Err(Refusal::Db(error)) => return Err(error.into()),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(refused(html(hours_page(&app, page, form, Some(doctor), Vec::new()).await?)?))
}
