//! Checking oneself in with the code of the day from the poster (QU2, Q14).

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::access::throttle::{self, Verdict};
use crate::app::App;
use crate::patients::model::PatientId;
use crate::queue::store::appointments::{self, Booking};
use crate::queue::store::{places, visits};
use crate::queue::verbs::Refused;
use crate::queue::verbs::check_in::{Arrival, SELF, check_in};
use crate::queue::views::place::CheckInPage;
use crate::scheduling::model::{AppointmentState, BookingRules, CannotCheckIn, self_check_in};
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Wrong codes a person may try without delay.
const FREE: i64 = 6;

/// The code, when the poster was scanned.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

/// The form. Who has a token already goes to the own place.
pub async fn new(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let open =
        visits::of_day(&app.db, patient, page.today()).await?.filter(|visit| visit.closed_at.is_none());
    if open.is_some() {
        return Ok(see_other(paths::queue::MY_PLACE));
    }
    let form = FormState::new().with("code", asked.code.trim());
    html(load(&app, page, patient, form).await?)
}

async fn load(app: &App, page: Page, patient: PatientId, form: FormState) -> Result<CheckInPage, Error> {
    let mut booked = appointments::all_booked(&app.db, patient, bounds(&page)).await?;
    let rules = BookingRules::of(&page.clinic);
    let open = |one: &Booking| self_check_in(one.state, one.starts_at, true, page.now, &rules).is_ok();
    // A time that was missed does not bar the next one; where none is open, the first one says why.
    let first = booked.iter().position(open).unwrap_or(0);
    let booking = (first < booked.len()).then(|| booked.swap_remove(first));
    let booking = booking.map(|booking| (booking.id, booking.doctor, booking.starts_at));
    Ok(CheckInPage { page, form, booking })
}

fn bounds(page: &Page) -> (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) {
    let day = page.today();
    (page.clinic.start_of(day), page.clinic.start_of(day.succ_opt().unwrap_or(day)))
}

/// Checks the patient in.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let actor = page.actor()?;
    let patient = actor.patient.ok_or(Error::NotFound)?;
    let buckets = throttle::form_bucket("check-in", &actor.account.to_string(), FREE);
    let mut form = submission.form.clone();
    let code = form.text("code", "Enter the code from the poster at the door", 20);
    let mut checked = load(&app, page, patient, form).await?;
    let Some((appointment, _, starts_at)) = checked.booking.clone() else {
        let today = checked.page.today();
        if visits::of_day(&app.db, patient, today).await?.is_some_and(|visit| visit.closed_at.is_none()) {
            return Ok(see_other(paths::queue::MY_PLACE));
        }
        checked.form.refuse("code", "You have no booking left today. Go to the desk to join the queue.");
        return Ok(refused(html(checked)?));
    };
    if !checked.form.is_ok() {
        return Ok(refused(html(checked)?));
    }
    // Charged before the code is looked at: whoever guesses learns nothing while they wait.
    if let Verdict::Refused { seconds } = throttle::charge(&app, &buckets).await? {
        checked.form.refuse("code", throttle::sentence(seconds));
        return Ok(throttle::too_many(seconds, html(checked)?));
    }
    let now = checked.page.now;
    let door = places::door_code(&app.db, checked.page.today()).await?;
    let plain: String = code.chars().filter(char::is_ascii_digit).collect();
    let present = door.is_some_and(|door| door == plain);
    // Whoever reads the poster does not guess, also when it is too early.
    if present {
        throttle::forgive(&app, &buckets).await?;
    }
    let rules = BookingRules::of(&checked.page.clinic);
    if let Err(why) = self_check_in(AppointmentState::Booked, starts_at, present, now, &rules) {
        let sentence = match why {
            CannotCheckIn::NotHere => {
                "This is not today's code. Look at the poster at the door, or go to the desk.".to_owned()
            }
            CannotCheckIn::TooEarly(_)
            | CannotCheckIn::TooLate
            | CannotCheckIn::AlreadyHere
            | CannotCheckIn::NotBooked => why.to_string(),
        };
        checked.form.refuse("code", sentence);
        return Ok(refused(html(checked)?));
    }
    let mut work = submission.begin(&app).await?;
    let arrival = Arrival { appointment: Some(appointment), how: SELF, ..Arrival::at_desk(patient) };
    match check_in(&mut work, arrival).await {
        Ok(here) => work.done(paths::queue::MY_PLACE, &format!("You are checked in: {}", here.token)).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            checked.form.refuse("code", sentence);
            Ok(refused(html(checked)?))
        }
        Err(refused) => Err(refused.into()),
    }
}
