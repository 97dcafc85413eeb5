//! Reserving what somebody will fetch.

use axum::extract::State;
use chrono::{Days, NaiveDate};

use super::dispense::again;
use super::offers::find;
use crate::app::App;
use crate::pharmacy::verbs::reserve::{release, reserve};
use crate::prescribing::model::LineId;
use crate::prescribing::{self, Line};
use crate::stock::model::{ItemId, StoreId};
use crate::stock::{self, LONGEST, NewReservation};
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, paths};

/// What was typed; the item is that of the line's medicine.
fn read(form: &mut FormState, page: &Page, line: &Line, item: ItemId) -> NewReservation {
    let (units, until) = (format!("reserve_{}", line.id), format!("until_{}", line.id));
    let quantity = form.number(&units, line.step, line.remaining());
    if quantity % line.step != 0 {
        form.refuse(&units, format!("Only {} leave together. Enter a multiple of it", line.step));
    }
    let last = page.today().checked_add_days(Days::new(LONGEST.unsigned_abs())).unwrap_or(page.today());
    let last = line.valid_until.map_or(last, |end| end.min(last));
    let day: Option<NaiveDate> = form.parse(&until, "Enter the last day on which it is kept");
    if day.is_some_and(|day| day < page.today() || day > last) {
        let words = crate::settings::model::plain_day(last);
        form.refuse(&until, format!("Choose a day from today to {words}"));
    }
    let store = StoreId(form.number("store", 1, i64::MAX));
    let until = day.unwrap_or(last);
    NewReservation { line: line.id.0, item, store, step: line.step, quantity, until }
}

/// Reserves units for a line, or releases them.
pub async fn set(State(app): State<App>, page: Page, Id(id): Id<LineId>, submission: Submission) -> Answer {
    let line = prescribing::line(&app.db, id).await?.ok_or(Error::NotFound)?;
    let (_, _, banner) = find(&app, &page, line.prescription_id).await?;
    if banner.is_none() {
        return Ok(see_other(&paths::patients::show(line.patient_id)));
    }
    let medicine = line.medicine_id.ok_or(Error::NotFound)?;
    let item = stock::item_of_medicine(&app.db, medicine.0).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let ends = form.chosen("move", "release");
    let version = form.number("version", 1, i64::MAX);
    let new = if ends { None } else { Some(read(&mut form, &page, &line, item)) };
    if let Some(new) = new.filter(|_| form.is_ok()) {
        let known = stock::dispensing_stores(&app.db).await?;
        if known.iter().all(|store| store.id != new.store) {
            form.refuse("", "This store hands nothing out to patients any more. Here is how it stands now.");
        }
    }
    if !form.is_ok() {
        return again(&app, page, line.prescription_id, form).await.map(refused);
    }
    let to = paths::pharmacy::dispense(line.prescription_id);
    let mut work = submission.begin(&app).await?;
    let (done, words) = match &new {
        Some(new) => (reserve(&mut work, new, version).await, "reserved"),
        None => (release(&mut work, &line).await, "not reserved any more"),
    };
    match done {
        Ok(()) => work.done(to, &format!("{}: {words}", line.label())).await,
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            again(&app, page, line.prescription_id, form).await.map(conflicting)
        }
    }
}
