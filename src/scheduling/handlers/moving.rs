//! Moving an own appointment: day, time, details, yes (rule B8).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::Days;
use serde::Deserialize;

use super::book::{time_page, wished};
use super::day_of;
use super::mine::own;
use crate::access::model::AccountId;
use crate::app::App;
use crate::scheduling::model::{AppointmentId, CannotBook, Place, SlotId, Wanted, may_reschedule};
use crate::scheduling::offer::Asking;
use crate::scheduling::store::appointments::AppointmentRow;
use crate::scheduling::store::{people, slots};
use crate::scheduling::verbs::{self, At, Refusal};
use crate::scheduling::views::book::{DayPage, LostPage, MoveCheckPage, MoveDeskPage, Target};
use crate::web::request::Id;
use crate::web::submission::see_other;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

use paths::scheduling::{MY_MOVE, MY_MOVE_CHECK, MY_MOVE_TIME, mine, of};

/// Where somebody stands in moving.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    from: String,
    day: String,
    doctor: String,
    slot: String,
}

async fn asking<'a>(
    app: &App,
    page: &'a Page,
    row: &AppointmentRow,
    doctor: Option<AccountId>,
) -> Result<Asking<'a>, Error> {
    // What it was booked with counts, should its reason take longer by now.
    let booked = (row.ends_at - row.starts_at).num_minutes();
    let reason = people::any_reason(&app.db, row.reason_id).await?;
    let minutes = reason.map_or(0, |reason| reason.minutes.min(booked));
    Ok(Asking { clinic: &page.clinic, now: page.now, place: Place::Public, minutes, doctor })
}

/// An own appointment that can still be moved; else its page says why not.
async fn movable(app: &App, page: &Page, id: AppointmentId) -> Result<Option<AppointmentRow>, Error> {
    let row = own(app, page, id).await?;
    Ok(may_reschedule(row.state, row.starts_at, page.now).is_ok().then_some(row))
}

/// Which day.
pub async fn day(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    Query(chosen): Query<Chosen>,
) -> Answer {
    let Some(row) = movable(&app, &page, id).await? else { return Ok(see_other(&mine(id))) };
    if row.place == Place::Desk
        && people::any_reason(&app.db, row.reason_id).await?.is_some_and(|reason| !reason.bookable_online)
    {
        return html(MoveDeskPage { page, sentence: Refusal::DeskOnly.to_string(), back: mine(id) });
    }
    let asking = asking(&app, &page, &row, None).await?;
    let from = match chosen.from.as_str() {
        "" => page.today(),
        text => day_of(text)?.max(page.today()),
    };
    let to = from.checked_add_days(Days::new(13)).ok_or(Error::NotFound)?;
    let weeks = asking.weeks(asking.days(&app, from, to).await?);
    let later = (to < asking.last_day()).then(|| format!("{}?from={}", of(MY_MOVE, id), to + Days::new(1)));
    let times = format!("{}?doctor=", of(MY_MOVE_TIME, id));
    let question = "Which new day suits you?";
    html(DayPage { page, question, weeks, back: mine(id), times, later })
}

/// What time.
pub async fn time(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    Query(chosen): Query<Chosen>,
) -> Answer {
    let day = day_of(&chosen.day)?;
    let Some(row) = movable(&app, &page, id).await? else { return Ok(see_other(&mine(id))) };
    let mut offered = asking(&app, &page, &row, None).await?.between(&app, day, day).await?;
    offered.retain(|one| one.slot.id != row.slot_id);
    let here = format!("{}?day={day}", of(MY_MOVE_TIME, id));
    let target = Target::Link(format!("{}?slot=", of(MY_MOVE_CHECK, id)));
    let places = (of(MY_MOVE, id), here, target);
    let doctor = wished(&app, &chosen.doctor).await?;
    html(time_page(page, FormState::new(), day, (offered, doctor), places))
}

/// The details before the yes.
pub async fn check(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    Query(chosen): Query<Chosen>,
) -> Answer {
    let wanted: SlotId = chosen.slot.parse().map_err(|_| Error::NotFound)?;
    let Some(row) = movable(&app, &page, id).await? else { return Ok(see_other(&mine(id))) };
    let slot = slots::by_id(&app.db, wanted).await?.ok_or(Error::NotFound)?;
    let day = of(MY_MOVE, id);
    let time = format!("{}?day={}", of(MY_MOVE_TIME, id), page.clinic.day_of(slot.starts_at));
    html(MoveCheckPage { page, form: FormState::new(), row, slot, day, time })
}

/// Moves. If the new time is gone, the old one stays.
pub async fn create(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let row = own(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let Some(slot) = form.parse::<SlotId>("slot", "") else { return Err(Error::NotFound) };
    let mut work = submission.begin(&app).await?;
    if let Some(now) = row.rescheduled_to {
        // Another tab was quicker: its page says what stands.
        work.undo();
        return Ok(see_other(&mine(now)));
    }
    match verbs::reschedule(&mut work, id, slot, At::ONLINE).await {
        Ok(new) => work.done(mine(new), "Your appointment was moved").await,
        Err(refusal @ (Refusal::DeskOnly | Refusal::Book(CannotBook::OnlinePaused(_)))) => {
            work.undo();
            let (sentence, back) = (refusal.to_string(), mine(id));
            let answer = html(MoveDeskPage { page, sentence, back })?;
            Ok((StatusCode::CONFLICT, answer).into_response())
        }
        Err(refusal @ (Refusal::Book(_) | Refusal::TooShort(_))) => {
            work.undo();
            lost(&app, page, &row, slot, &refusal).await
        }
        Err(Refusal::Move(_)) => {
            work.undo();
            // It went on in another tab perhaps: the page of what stands now says so.
            let row = own(&app, &page, id).await?;
            Ok(see_other(&mine(row.rescheduled_to.unwrap_or(id))))
        }
        Err(other) => Err(other.into()),
    }
}

async fn lost(app: &App, page: Page, row: &AppointmentRow, slot: SlotId, why: &Refusal) -> Answer {
    let gone = slots::by_id(&app.db, slot).await?.ok_or(Error::NotFound)?;
    let wanted = Wanted { doctor: None, starts_at: gone.starts_at };
    let nearest = asking(app, &page, row, None).await?.nearest(app, &wanted).await?;
    let day = page.clinic.day_of(gone.starts_at);
    let answer = html(LostPage {
        form: FormState::new(),
        heading: why.heading(),
        sentence: format!("{why} Your appointment stays as it was."),
        nearest,
        back: mine(row.id),
        all: format!("{}?day={day}", of(MY_MOVE_TIME, row.id)),
        day,
        target: Target::Link(format!("{}?slot=", of(MY_MOVE_CHECK, row.id))),
        page,
    })?;
    Ok((StatusCode::CONFLICT, answer).into_response())
}
