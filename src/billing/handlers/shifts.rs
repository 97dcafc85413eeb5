//! Shifts: opening, counting blind, looking back; the day's till.

use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{money, reason};
use crate::app::App;
use crate::billing::model::ShiftId;
use crate::billing::store::shifts;
use crate::billing::verbs::shift;
use crate::billing::views::shifts::{ClosePage, ShiftPage, ShiftsPage, TillPage};
use crate::billing::views::takes;
use crate::queue::model::PointId;
use crate::web::conflict::conflicting;
use crate::web::form::LINE;
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

async fn load(app: &App, page: Page, form: FormState) -> Result<ShiftsPage, Error> {
    let mine = shifts::open_of(&app.db, page.actor()?.account).await?;
    let desks = shifts::desks(&app.db).await?;
    let past = shifts::newest(&app.db, 30).await?;
    Ok(ShiftsPage { page, form, mine, desks, past })
}

/// The own shift, or opening one; the newest ones.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let mut shown = load(&app, page, FormState::new()).await?;
    if let [(only, _)] = shown.free().as_slice() {
        shown.form = FormState::new().with("desk", only);
    }
    html(shown)
}

/// Opens a shift with what was counted.
pub async fn open(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let desk: Option<PointId> = form.parse("desk", "Choose a desk");
    let float = money(&mut form, "float", "Enter the cash in the till in naira; 0 if it is empty");
    let why = form.optional_text("reason", LINE);
    let desks = shifts::desks(&app.db).await?;
    let chosen = desk.and_then(|id| desks.into_iter().find(|desk| desk.id == id));
    if desk.is_some() && chosen.is_none() {
        form.refuse("desk", "Choose a desk");
    }
    let Some(desk) = chosen.filter(|_| form.is_ok()) else {
        return Ok(refused(html(load(&app, page, form).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    match shift::open(&mut work, &desk, float, &why).await {
        Ok(_) => work.done(paths::billing::WORKLIST, &format!("Your shift at {} is open", desk.name)).await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(load(&app, page, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn one(app: &App, page: Page, id: ShiftId, form: FormState) -> Result<ShiftPage, Error> {
    let shift = shifts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let is_mine = page.actor()?.account == shift.account_id;
    let blind = shift.is_open() && (is_mine || takes(&page));
    let methods = if blind { Vec::new() } else { shifts::by_method(&app.db, id).await? };
    let movements = shifts::movements(&app.db, id, 300).await?;
    Ok(ShiftPage { page, form, shift, methods, movements, is_mine, blind })
}

/// One shift.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ShiftId>) -> Answer {
    html(one(&app, page, id, FormState::new()).await?)
}

async fn still_open(app: &App, page: Page, id: ShiftId, form: FormState) -> Result<Option<ClosePage>, Error> {
    let shift = shifts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let is_mine = shift.account_id == page.actor()?.account;
    Ok(shift.is_open().then_some(ClosePage { page, form, shift, is_mine }))
}

/// Counting the till: one's own, or that of a colleague who is away or gone.
pub async fn count(State(app): State<App>, page: Page, Id(id): Id<ShiftId>) -> Answer {
    match still_open(&app, page, id, FormState::new()).await? {
        Some(shown) => html(shown),
        None => Ok(see_other(&paths::billing::shift(id))),
    }
}

/// Closes it with what was counted.
pub async fn close(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ShiftId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let counted = money(&mut form, "counted", "Enter the cash you counted in naira; 0 if the till is empty");
    let left = money(&mut form, "left", "Enter what is left in the till in naira; 0 for nothing");
    if form.is_ok() && left > counted {
        form.refuse("left", "No more can be left in the till than was counted");
    }
    let Some(mut shown) = still_open(&app, page, id, form.clone()).await? else {
        return Ok(see_other(&paths::billing::shift(id)));
    };
    let why = if shown.is_mine { form.optional_text("reason", LINE) } else { reason(&mut form, "reason") };
    shown.form = form.clone();
    if !form.is_ok() {
        return Ok(refused(html(shown)?));
    }
    let mut work = submission.begin(&app).await?;
    match shift::close(&mut work, id, (counted, left), &why).await {
        Ok(closed) => {
            let words = format!("Shift closed. {}", closed.difference_words());
            work.done(paths::billing::shift(id), &words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            shown.form.refuse("", sentence);
            shown.form.renew();
            Ok(conflicting(html(shown)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Explains the own difference.
pub async fn explain(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ShiftId>,
    submission: Submission,
) -> Answer {
    shifts::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let why = reason(&mut form, "reason");
    if !form.is_ok() {
        return Ok(refused(html(one(&app, page, id, form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    match shift::explain(&mut work, id, &why).await {
        Ok(()) => work.done(paths::billing::shift(id), "Explained: somebody else looks at it").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(one(&app, page, id, form).await?)?))
        }
        Err(why) => Err(why.into()),
    }
}

/// Which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    day: String,
}

/// The day's till by method. Whoever may come to count an open shift stays blind: its sums are left out.
pub async fn till(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let day = asked.day.parse::<NaiveDate>().unwrap_or_else(|_| page.today());
    let until = day.checked_add_days(Days::new(1)).ok_or(Error::NotFound)?;
    let (from, until) = (page.clinic.start_of(day), page.clinic.start_of(until));
    let shifts = shifts::of_day(&app.db, from, until).await?;
    let (me, counts) = (page.actor()?.account, takes(&page));
    let shown = |one: &&shifts::Shift| !(one.is_open() && (counts || one.account_id == me));
    let seen: Vec<_> = shifts.iter().filter(shown).cloned().collect();
    let methods = shifts::by_method_of(&app.db, &seen, (from, until)).await?;
    let form = FormState::new().with("day", day);
    let blind = seen.len() < shifts.len();
    html(TillPage { page, form, day, shifts, methods, blind })
}
