//! Booking and moving at the desk, on one page.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use chrono::Months;
use serde::Deserialize;

use super::day_of;
use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::patients::model::PatientId;
use crate::queue::model::VisitId;
use crate::scheduling::model::{AppointmentId, Place, ReasonId, SlotId};
use crate::scheduling::offer::{Asking, Offered};
use crate::scheduling::store::appointments;
use crate::scheduling::store::people::{self, Reason};
use crate::scheduling::verbs::{self, At, Booking, Refusal};
use crate::scheduling::views::desk::{Choices, DeskTime, NewPage};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// What the page was opened with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    patient: String,
    reason: String,
    day: String,
    doctor: String,
    moving: String,
    visit: String,
}

/// The page; times appear once a reason and a day are chosen, the first ones at once.
pub async fn new(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let patient: PatientId = asked.patient.parse().map_err(|_| Error::NotFound)?;
    let day = if asked.day.is_empty() { page.today() } else { day_of(&asked.day)? };
    let form = FormState::new().with("reason", &asked.reason).with("day", day).with("doctor", &asked.doctor);
    let form = if asked.visit.is_empty() { form } else { form.with("visit", &asked.visit) };
    html(new_page(&app, page, form, patient, asked.moving.parse().ok()).await?)
}

async fn new_page(
    app: &App,
    page: Page,
    form: FormState,
    patient: PatientId,
    moving: Option<AppointmentId>,
) -> Result<NewPage, Error> {
    let window = Months::new(u32::try_from(page.clinic.no_show_window_months).unwrap_or(12));
    let since = page.now.checked_sub_months(window).unwrap_or(page.now);
    let person = people::known(&app.db, patient, since).await?.ok_or(Error::NotFound)?;
    let reasons = people::reasons(&app.db).await?;
    let day = day_of(form.value("day")).unwrap_or_else(|_| page.today());
    let chosen = form.value("reason").parse::<ReasonId>().ok();
    let reason: Option<&Reason> = reasons.iter().find(|reason| Some(reason.id) == chosen);
    // Whoever may pass a limit sees shorter times too; the verb asks for the reason.
    let minutes =
        reason.filter(|_| !page.may(Permission::OverrideBooking)).map_or(0, |reason| reason.minutes);
    let doctor: Option<AccountId> = form.value("doctor").parse().ok();
    let asking = Asking { clinic: &page.clinic, now: page.now, place: Place::Desk, minutes, doctor: None };
    let mut offered = asking.between(app, day, day).await?;
    let doctors = working(&offered);
    offered.retain(|one| doctor.is_none_or(|doctor| doctor == one.slot.doctor_id));
    let grid = grid(&page, &offered);
    let since = (page.now, page.clinic.start_of(page.today()));
    let upcoming = appointments::of_patient(&app.db, patient, since, true, 5).await?;
    let form = if form.value("day").is_empty() { form.with("day", day) } else { form };
    Ok(NewPage { page, form, patient: person, upcoming, reasons, doctors, day, grid, moving })
}

/// Who works on the day.
fn working(offered: &[Offered]) -> Choices {
    let names: BTreeMap<&str, AccountId> =
        offered.iter().map(|one| (one.slot.doctor_name.as_str(), one.slot.doctor_id)).collect();
    names.into_iter().map(|(name, id)| (id.to_string(), name.to_owned())).collect()
}

/// Free times by doctor.
fn grid(page: &Page, offered: &[Offered]) -> Vec<(String, Vec<DeskTime>)> {
    let mut grid: BTreeMap<String, Vec<DeskTime>> = BTreeMap::new();
    for one in offered {
        let times = grid.entry(one.slot.doctor_name.clone()).or_default();
        if one.free > 0 {
            times.push(DeskTime {
                slot: one.slot.id.to_string(),
                words: page.clinic.clock(one.slot.starts_at),
                free: one.free,
            });
        }
    }
    grid.into_iter().collect()
}

/// What was sent, once it is complete.
struct Sent {
    patient: PatientId,
    slot: Option<SlotId>,
    reason: Option<ReasonId>,
    complaint: String,
    override_reason: Option<String>,
}

fn read(page: &Page, form: &mut FormState, moving: bool) -> Result<Sent, Error> {
    let patient = form.value("patient").parse().map_err(|_| Error::NotFound)?;
    let slot = form.parse("slot", "Choose a time");
    let reason = if moving { None } else { form.parse("reason", "Choose why the patient comes") };
    let complaint = form.optional_text("words", super::book::WORDS);
    let text = form.optional_text("override_reason", 200);
    if !text.is_empty() && !page.may(Permission::OverrideBooking) {
        return Err(Error::Forbidden("Your account does not include booking against a limit."));
    }
    Ok(Sent { patient, slot, reason, complaint, override_reason: Some(text).filter(|text| !text.is_empty()) })
}

/// What to say at which field; what is nobody's to mend goes on as an error.
fn refuse(form: &mut FormState, why: Refusal, overrides: bool) -> Result<(), Error> {
    let passable = match &why {
        Refusal::TooShort(_) => true,
        Refusal::Book(why) => why.staff_may_override(),
        Refusal::Move(_) => false,
        Refusal::DeskOnly
        | Refusal::Cancel(_)
        | Refusal::Undo(_)
        | Refusal::Miss(_)
        | Refusal::HoldOver
        | Refusal::Changed
        | Refusal::NoObjection
        | Refusal::Missing
        | Refusal::Db(_) => return Err(why.into()),
    };
    let hint = if passable && overrides { " Give a reason below to book all the same." } else { "" };
    form.refuse("slot", format!("{why}{hint}"));
    Ok(())
}

/// Books.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let sent = read(&page, &mut form, false)?;
    if let (Some(slot), Some(reason), true) = (sent.slot, sent.reason, form.is_ok()) {
        let mut work = submission.begin(&app).await?;
        let booking = Booking { patient: sent.patient, slot, reason, complaint: sent.complaint };
        match verbs::book_at_desk(&mut work, &booking, sent.override_reason.as_deref()).await {
            // Whoever came from a consultation goes back to it.
            Ok(id) => {
                let visit = form.value("visit").parse().ok().map(VisitId);
                let back = visit.map(|visit| paths::consultation::consult_at(visit, "finish"));
                let to = back.unwrap_or_else(|| paths::scheduling::appointment(id));
                return work.done(to, "Appointment booked").await;
            }
            Err(why) => {
                work.undo();
                refuse(&mut form, why, page.may(Permission::OverrideBooking))?;
            }
        }
    }
    Ok(refused(html(new_page(&app, page, form, sent.patient, None).await?)?))
}

/// Moves an appointment.
pub async fn relocate(
    State(app): State<App>,
    page: Page,
    Id(id): Id<AppointmentId>,
    submission: Submission,
) -> Answer {
    let mut form = submission.form.clone();
    let sent = read(&page, &mut form, true)?;
    if let (Some(slot), true) = (sent.slot, form.is_ok()) {
        let mut work = submission.begin(&app).await?;
        let at = At { override_reason: sent.override_reason.as_deref(), ..At::DESK };
        match verbs::reschedule(&mut work, id, slot, at).await {
            Ok(new) => return work.done(paths::scheduling::appointment(new), "Appointment moved").await,
            Err(why) => {
                work.undo();
                refuse(&mut form, why, page.may(Permission::OverrideBooking))?;
            }
        }
    }
    Ok(refused(html(new_page(&app, page, form, sent.patient, Some(id)).await?)?))
}
