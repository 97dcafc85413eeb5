//! Days on which the clinic is closed (AD6).

use axum::extract::State;
use chrono::{Days, NaiveDate};

use crate::app::App;
use crate::audit::Entry;
use crate::live::Topic;
use crate::scheduling;
use crate::settings::model::{Holiday, HolidayId, plain_day};
use crate::settings::store::calendar;
use crate::settings::views::HolidaysPage;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Days shown, back and ahead.
const BACK: u64 = 31;
const AHEAD: u64 = 3 * 366;

async fn shown(app: &App, page: &Page) -> Result<Vec<Holiday>, Error> {
    let from = page.today() - Days::new(BACK);
    Ok(calendar::holidays_between(&app.db, from, page.today() + Days::new(AHEAD)).await?)
}

/// The list, with the form for one more.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let holidays = shown(&app, &page).await?;
    html(HolidaysPage { page, form: FormState::new(), holidays })
}

/// Adds one. Nothing can be booked on that day from now on, and whoever is booked on it needs another time.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let day: Option<NaiveDate> = form.parse("day", "Choose a day");
    let name = form.text("name", "Enter what the day is called, for example Independence Day", LINE);
    let day = day.unwrap_or(page.today());
    if day < page.today() || day > page.today() + Days::new(AHEAD) {
        form.refuse("day", "Choose a day from today on, within three years");
    }
    if !form.is_ok() {
        let holidays = shown(&app, &page).await?;
        return Ok(refused(html(HolidaysPage { page, form, holidays })?));
    }
    let mut work = submission.begin(&app).await?;
    let id = match calendar::insert_holiday(work.tx(), day, &name).await {
        Err(error) if error.violates("holiday_day_unique") => {
            work.undo();
            form.refuse("day", "This day is in the list already");
            let holidays = shown(&app, &page).await?;
            return Ok(refused(html(HolidaysPage { page, form, holidays })?));
        }
        other => other?,
    };
    let booked = scheduling::close_day(&mut work, day, &name).await?;
    let entry = Entry::new("holiday.added", "holiday", id.0).with("day", day.to_string()).with("name", name);
    work.audit(entry.with("bookings", booked)).await?;
    work.tell(Topic::Settings);
    let words = match booked {
        0 => String::new(),
        1 => ". 1 booking of that day needs another time".to_owned(),
        many => format!(". {many} bookings of that day need another time"),
    };
    work.done(paths::settings::HOLIDAYS, &format!("The clinic is closed on {}{words}", plain_day(day))).await
}

/// Takes one away: its slots and bookings stand as before. What happened on it stays in the trail.
pub async fn remove(State(app): State<App>, Id(id): Id<HolidayId>, submission: Submission) -> Answer {
    let mut work = submission.begin(&app).await?;
    let holiday = calendar::holiday(work.tx(), id).await?.ok_or(Error::NotFound)?;
    calendar::delete_holiday(work.tx(), id).await?;
    scheduling::open_day(&mut work, holiday.day).await?;
    let entry = Entry::new("holiday.removed", "holiday", id.0)
        .with("day", holiday.day.to_string())
        .with("name", holiday.name);
    work.audit(entry).await?;
    work.tell(Topic::Settings);
    work.done(paths::settings::HOLIDAYS, &format!("The clinic is open on {}", plain_day(holiday.day))).await
}
