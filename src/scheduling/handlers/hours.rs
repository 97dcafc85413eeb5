//! Weekly hours: doctors set their own, administrators anybody's.

use axum::extract::{Query, State};
use chrono::{Days, NaiveTime, Weekday};
use serde::Deserialize;

use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::clock::wall;
use crate::queue::model::RoomId;
use crate::scheduling::model::Decision;
use crate::scheduling::model::{AppointmentId, Availability, AvailabilityId, Hours};
use crate::scheduling::store::appointments::Affected;
use crate::scheduling::store::away;
use crate::scheduling::store::doctors::{self, Named};
use crate::scheduling::store::hours::{self, HoursRow};
use crate::scheduling::verbs::hours::{change, declare};
use crate::scheduling::verbs::{Decisions, Refusal};
use crate::scheduling::views::desk as desk_views;
use crate::scheduling::views::hours::{HoursFormPage, HoursPage};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// A doctor has one row of hours at a time.
const OVERLAP: &str = "availability_overlap";
const OVERLAPS: &str =
    "The doctor has other hours at this time of the week. Change the times, or end the other hours";

/// Whose hours.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    doctor: String,
}

/// The doctor whose hours the person may set: the own ones, or anybody's with the permission.
pub(super) fn allowed(page: &Page, wanted: Option<AccountId>) -> Result<Option<AccountId>, Error> {
    let own = page.actor()?.account;
    if page.may(Permission::ManageAvailability) {
        return Ok(wanted.or(page.may(Permission::OwnAvailability).then_some(own)));
    }
    if !page.may(Permission::OwnAvailability) {
        return Err(Error::Forbidden("Your account does not include setting hours."));
    }
    if wanted.is_some_and(|doctor| doctor != own) { Err(Error::NotFound) } else { Ok(Some(own)) }
}

async fn doctor_of(app: &App, page: &Page, wanted: &str) -> Result<Named, Error> {
    let id = allowed(page, wanted.parse().ok())?.ok_or(Error::NotFound)?;
    doctors::by_id(&app.db, id).await?.ok_or(Error::NotFound)
}

/// The decisions that the form carries, one field a person.
pub fn decisions(form: &FormState) -> Decisions {
    form.pairs()
        .filter_map(|(name, value)| {
            let id: AppointmentId = name.strip_prefix("decision_")?.parse().ok()?;
            Some((id, value.parse::<Decision>().ok()?))
        })
        .collect()
}

/// The list with time away.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let wanted = allowed(&page, asked.doctor.parse().ok())?;
    html(hours_page(&app, page, FormState::new(), wanted, Vec::new()).await?)
}

/// The page of a doctor's hours; also shown again when time away needs decisions.
pub(super) async fn hours_page(
    app: &App,
    page: Page,
    form: FormState,
    wanted: Option<AccountId>,
    affected: Vec<Affected>,
) -> Result<HoursPage, Error> {
    let manages = page.may(Permission::ManageAvailability);
    let mut names = doctors::names(&app.db).await?;
    let doctor = match wanted {
        Some(id) => Some(names.iter().find(|one| one.id == id).cloned().ok_or(Error::NotFound)?),
        None => names.first().cloned(),
    };
    if !manages {
        names.clear();
    }
    let id = doctor.as_ref().map(|one| one.id);
    let hours = match id {
        Some(id) => hours::current(&app.db, Some(id), page.today()).await?,
        None => Vec::new(),
    };
    let away = away::blocks(&app.db, id, page.now, page.now + chrono::TimeDelta::days(400)).await?;
    let form = id.map_or(form.clone(), |id| form.with("doctor", id));
    let doctors = desk_views::doctors(&names);
    Ok(HoursPage { page, form, doctors, doctor, hours, away, whole_clinic: manages, affected })
}

/// The form for new hours.
pub async fn new(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let doctor = doctor_of(&app, &page, &asked.doctor).await?;
    let form = FormState::new()
        .with("slot_minutes", page.clinic.slot_minutes)
        .with("capacity", 1)
        .with("public_capacity", 1)
        .with("valid_from", page.today());
    html(form_page(&app, page, form, doctor, (None, Vec::new())).await?)
}

async fn form_page(
    app: &App,
    page: Page,
    form: FormState,
    doctor: Named,
    (id, affected): (Option<AvailabilityId>, Vec<Affected>),
) -> Result<HoursFormPage, Error> {
    let rooms = hours::rooms(&app.db).await?;
    let rooms = rooms.into_iter().map(|room| (room.id.to_string(), room.name)).collect();
    Ok(HoursFormPage { page, form, doctor, rooms, id, affected })
}

/// Reads the form; every fault stands at its field.
fn read(form: &mut FormState, doctor: AccountId) -> Option<Availability> {
    let weekday = form.parse::<u8>("weekday", "Choose a day of the week");
    let starts = form.parse::<NaiveTime>("starts", "Enter the start time, for example 09:00");
    let ends = form.parse::<NaiveTime>("ends", "Enter the end time, for example 13:00");
    let slot_minutes = form.parse("slot_minutes", "Enter the minutes of a slot");
    let capacity = form.parse("capacity", "Enter the places in each slot");
    let public_capacity = form.parse("public_capacity", "Enter the places for online booking");
    let valid_from = form.parse("valid_from", "Enter the first day");
    let valid_until = form.optional_parse("valid_until", "Enter the last day, or leave it empty");
    let room = form.optional_parse::<RoomId>("room", "Choose a room");
    let weekday = weekday.and_then(|day| Weekday::try_from(day.checked_sub(1)?).ok());
    if weekday.is_none() {
        form.refuse("weekday", "Choose a day of the week");
    }
    let hours = Hours {
        doctor,
        room,
        weekday: weekday?,
        starts: starts?,
        ends: ends?,
        slot_minutes: slot_minutes?,
        capacity: capacity?,
        public_capacity: public_capacity?,
        valid_from: valid_from?,
        valid_until,
    };
    match Availability::parse(hours) {
        Ok(hours) => Some(hours).filter(|_| form.is_ok()),
        Err(faults) => {
            for fault in faults {
                form.refuse(fault.field(), fault.to_string());
            }
            None
        }
    }
}

fn told(made: usize, hours: &Availability) -> String {
    match hours.remainder_minutes() {
        0 => format!("Hours saved, {made} new slots"),
        left => format!("Hours saved, {made} new slots. {left} minutes at the end of each day stay unused"),
    }
}

/// Declares hours and makes their slots.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let doctor = doctor_of(&app, &page, form.value("doctor")).await?;
    if let Some(hours) = read(&mut form, doctor.id) {
        let mut work = submission.begin(&app).await?;
        match declare(&mut work, &hours).await {
            Ok((_, made)) => {
                let to = paths::scheduling::availability_of(doctor.id);
                return work.done(to, &told(made, &hours)).await;
            }
            Err(Refusal::Db(error)) if error.violates(OVERLAP) => {
                work.undo();
                form.renew();
                form.refuse("starts", OVERLAPS);
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(refused(html(form_page(&app, page, form, doctor, (None, Vec::new())).await?)?))
}

async fn row_of(app: &App, page: &Page, id: AvailabilityId) -> Result<(HoursRow, Named), Error> {
    let row = hours::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let doctor = doctor_of(app, page, &row.doctor_id.to_string()).await?;
    Ok((row, doctor))
}

/// The form for hours that stand.
pub async fn edit(State(app): State<App>, page: Page, Id(id): Id<AvailabilityId>) -> Answer {
    let (row, doctor) = row_of(&app, &page, id).await?;
    let form = FormState::new()
        .with("version", row.version)
        .with("weekday", row.weekday)
        .with("starts", wall(row.starts))
        .with("ends", wall(row.ends))
        .with("room", row.room_id.map(|room| room.to_string()).unwrap_or_default())
        .with("slot_minutes", row.slot_minutes)
        .with("capacity", row.capacity)
        .with("public_capacity", row.public_capacity)
        .with("valid_from", row.valid_from)
        .with("valid_until", row.valid_until.map(|day| day.to_string()).unwrap_or_default());
    html(form_page(&app, page, form, doctor, (Some(id), Vec::new())).await?)
}

/// Changes hours; first shows who is affected, with a decision for each (rule B11).
pub async fn update(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AvailabilityId>,
    submission: Submission,
) -> Answer {
    let (row, doctor) = row_of(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let version = form.parse::<i64>("version", "Open the page again and send it once more");
    let mut affected = Vec::new();
    if form.chosen("end", "yes") {
        form = ended(&form, page.today() - Days::new(1), &row);
    }
    if let (Some(version), Some(hours)) = (version, read(&mut form, doctor.id)) {
        let mut work = submission.begin(&app).await?;
        match change(&mut work, &HoursRow { version, ..row.clone() }, &hours, &decisions(&form)).await {
            Ok(Ok(made)) => {
                return work.done(paths::scheduling::availability_of(doctor.id), &told(made, &hours)).await;
            }
            Ok(Err(people)) => {
                work.undo();
                form.renew();
                form.refuse("", "People are booked in slots that would go. Decide for each of them.");
                affected = people;
            }
            Err(Refusal::Db(error)) if error.violates(OVERLAP) => {
                work.undo();
                form.renew();
                form.refuse("starts", OVERLAPS);
            }
            Err(Refusal::Changed) => {
                work.undo();
                form.renew();
                form.refuse("", "Somebody else changed these hours meanwhile. Open them again to see how.");
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(refused(html(form_page(&app, page, form, doctor, (Some(id), affected)).await?)?))
}

/// The same form with a last day: yesterday, or the first day where that comes later.
fn ended(form: &FormState, last: chrono::NaiveDate, row: &HoursRow) -> FormState {
    let pairs = form.pairs().filter(|(name, _)| *name != "valid_until");
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("valid_until".to_owned(), last.max(row.valid_from).to_string()));
    pairs.push(("op".to_owned(), form.op().to_owned()));
    FormState::from_pairs(pairs)
}
