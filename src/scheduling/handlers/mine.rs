//! A patient's own appointments: list, details, calendar file, cancelling, objecting.

use axum::extract::State;

use super::me;
use crate::app::App;
use crate::scheduling::calendar;
use crate::scheduling::model::{
    AppointmentId, AppointmentState, BookingRules, CancelledBy, is_late_cancel, may_object, may_reschedule,
};
use crate::scheduling::store::appointments::{self, AppointmentRow};
use crate::scheduling::verbs::undo::undoable;
use crate::scheduling::verbs::{self, Refusal};
use crate::scheduling::views::mine::{MyCancelPage, MyIndexPage, MyShowPage};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Past appointments on the page.
const PAST: i64 = 25;
/// Why people cancel.
const REASONS: [(&str, &str); 4] = [
    ("I feel better", "I feel better"),
    ("I have a lecture or an exam", "I have a lecture or an exam"),
    ("I was seen elsewhere", "I was seen elsewhere"),
    ("Another reason", "Another reason"),
];

/// One of the own appointments; anybody else's does not exist.
pub(super) async fn own(app: &App, page: &Page, id: AppointmentId) -> Result<AppointmentRow, Error> {
    let patient = me(page)?;
    let row = appointments::by_id(&app.db, id).await?;
    row.filter(|row| row.patient_id == patient).ok_or(Error::NotFound)
}

/// Upcoming and past.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let patient = me(&page)?;
    let since = (page.now, page.clinic.start_of(page.today()));
    let upcoming = appointments::of_patient(&app.db, patient, since, true, PAST).await?;
    let past = appointments::of_patient(&app.db, patient, since, false, PAST).await?;
    html(MyIndexPage { page, upcoming, past })
}

/// The confirmation that can be opened again.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let row = own(&app, &page, id).await?;
    if row.state == AppointmentState::Hold {
        return Ok(see_other(&paths::scheduling::book_check(id)));
    }
    html(show_page(page, FormState::new(), row))
}

fn show_page(page: Page, form: FormState, row: AppointmentRow) -> MyShowPage {
    let rules = BookingRules::of(&page.clinic);
    let may_change = may_reschedule(row.state, row.starts_at, page.now).is_ok();
    let missed =
        row.state == AppointmentState::NoShow && row.counts_as_no_show && row.objection_state.is_none();
    let who = page.actor().ok().map(|actor| actor.account);
    let undo_until = undoable(&row, who, page.now, &rules).ok();
    let may_object = missed && row.ended_at.is_some_and(|at| may_object(at, page.now, &rules));
    MyShowPage { page, form, row, may_change, undo_until, may_object }
}

/// The calendar file; of a moved appointment the file of the new one.
pub async fn file(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let row = own(&app, &page, id).await?;
    if let Some(new) = row.rescheduled_to {
        return Ok(see_other(&paths::scheduling::of(paths::scheduling::MY_FILE, new)));
    }
    Ok(calendar::answer(&page.clinic, &row))
}

fn cancel_page(page: Page, form: FormState, row: AppointmentRow) -> MyCancelPage {
    let late = is_late_cancel(row.starts_at, page.now, &BookingRules::of(&page.clinic));
    MyCancelPage { page, form, row, late, reasons: REASONS.to_vec() }
}

/// The question before cancelling.
pub async fn ask_cancel(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let row = own(&app, &page, id).await?;
    if may_reschedule(row.state, row.starts_at, page.now).is_err() {
        return Ok(see_other(&paths::scheduling::mine(id)));
    }
    html(cancel_page(page, FormState::new(), row))
}

/// Cancels.
pub async fn cancel(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let row = own(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let reason = form.optional_text("reason", 120);
    if form.is_ok() {
        let mut work = submission.begin(&app).await?;
        match verbs::cancel(&mut work, id, CancelledBy::Patient, &reason).await {
            Ok(_) => return work.done(paths::scheduling::mine(id), "").await,
            Err(Refusal::Cancel(why)) => {
                work.undo();
                form.refuse("", why.to_string());
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(refused(html(cancel_page(page, form, row))?))
}

/// Takes the own cancelling back (B5).
pub async fn undo(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    own(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let mut work = submission.begin(&app).await?;
    match verbs::undo(&mut work, id).await {
        Ok(id) => work.done(paths::scheduling::mine(id), "Your appointment stands again").await,
        Err(why @ (Refusal::Book(_) | Refusal::Undo(_) | Refusal::Changed)) => {
            work.undo();
            form.refuse("", why.to_string());
            let row = own(&app, &page, id).await?;
            Ok(refused(html(show_page(page, form, row))?))
        }
        Err(other) => Err(other.into()),
    }
}

/// Objects to a no-show.
pub async fn object(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let row = own(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let words = form.text("objection", "Say what happened", 500);
    if form.is_ok() {
        let mut work = submission.begin(&app).await?;
        match verbs::object(&mut work, id, &words).await {
            Ok(()) => {
                return work.done(paths::scheduling::mine(id), "The clinic will answer your objection").await;
            }
            Err(Refusal::NoObjection) => {
                work.undo();
                form.refuse("", Refusal::NoObjection.to_string());
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(refused(html(show_page(page, form, row))?))
}
