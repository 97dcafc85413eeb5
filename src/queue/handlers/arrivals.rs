//! Check-in at the desk: by scan, from the day's list, or as a walk-in.

use axum::extract::{Query, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::app::App;
use crate::patients::{self, PatientId};
use crate::queue::model::{EntryState, PointId, Priority, VisitId};
use crate::queue::people;
use crate::queue::store::{appointments, people as names, points, visits};
use crate::queue::verbs::Refused;
use crate::queue::verbs::check_in::{Arrival, CheckedIn, check_in};
use crate::queue::views::arrivals::{ArrivalsPage, Today, TodayPart};
use crate::scheduling::model::AppointmentId;
use crate::web::sought;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    state: String,
    doctor: String,
    visit: Option<i64>,
}

/// The arrivals of today.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    html(load(&app, page, &asked, FormState::new()).await?)
}

/// The part that changes.
pub async fn part(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let today = today(&app, &page, &asked).await?;
    html(TodayPart { page, today })
}

async fn load(app: &App, page: Page, asked: &Asked, form: FormState) -> Result<ArrivalsPage, Error> {
    let today = today(app, &page, asked).await?;
    let just = match asked.visit {
        Some(id) => just(app, VisitId(id)).await?,
        None => None,
    };
    let q = asked.q.trim().to_owned();
    let (mut found, mut points) = (Vec::new(), Vec::new());
    if !q.is_empty() {
        let today = page.today();
        let span = (page.clinic.start_of(today), page.clinic.start_of(today.succ_opt().unwrap_or(today)));
        found = people::find_by_words(&app.db, &q, today, span).await?;
        points = points::active(&app.db, None).await?;
    }
    Ok(ArrivalsPage { page, today, form, just, q, found, points })
}

async fn just(app: &App, id: VisitId) -> Result<Option<(visits::Visit, String)>, Error> {
    let Some(visit) = visits::by_id(&app.db, id).await? else { return Ok(None) };
    let name = names::name_of(&app.db, visit.patient_id).await?.unwrap_or_default();
    Ok(Some((visit, format!("{} {}", name.1, name.0))))
}

async fn today(app: &App, page: &Page, asked: &Asked) -> Result<Today, Error> {
    let day = page.today();
    let clinic = &page.clinic;
    let (from, until) = (clinic.start_of(day), clinic.start_of(day.succ_opt().unwrap_or(day)));
    let all = appointments::expected(&app.db, day, (from, until)).await?;
    let mut doctors: Vec<(String, String)> =
        all.iter().map(|row| (row.doctor_id.to_string(), row.doctor.clone())).collect();
    doctors.sort_by(|a, b| a.1.cmp(&b.1));
    doctors.dedup();
    let booked = all.len();
    let here = all.iter().filter(|row| row.has_come()).count();
    let late = all.iter().filter(|row| row.is_late(page)).count();
    let wanted = |row: &appointments::Expected| {
        (asked.state != "due" || row.is_due())
            && (asked.doctor.is_empty() || row.doctor_id.to_string() == asked.doctor)
    };
    let rows = all.into_iter().filter(wanted).collect();
    let query = format!("?state={}&doctor={}", paths::encoded(&asked.state), paths::encoded(&asked.doctor));
    let filter = FormState::new().with("state", &asked.state).with("doctor", &asked.doctor);
    Ok(Today { rows, booked, here, late, query, filter, doctors })
}

/// Who is to be checked in, as the form names them.
enum Named {
    Patient(PatientId, Option<AppointmentId>),
    /// By a code: the desk first sees that the record is deactivated.
    Deactivated(String),
    Nobody,
}

async fn named(app: &App, form: &FormState) -> Result<Named, Error> {
    if let Ok(id) = form.value("appointment").parse::<AppointmentId>() {
        let booking = appointments::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
        return Ok(Named::Patient(booking.patient_id, Some(id)));
    }
    if let Ok(id) = form.value("patient").parse::<PatientId>() {
        return Ok(Named::Patient(id, None));
    }
    let code = form.value("code").trim();
    if let Some(id) = patients::find_by_code(&app.db, code).await? {
        let brief = patients::brief(&app.db, id).await?.ok_or(Error::NotFound)?;
        let found =
            if brief.is_active() { Named::Patient(id, None) } else { Named::Deactivated(brief.number) };
        return Ok(found);
    }
    if let Some(id) = appointments::by_reference(&app.db, &code.to_uppercase()).await? {
        let booking = appointments::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
        return Ok(Named::Patient(booking.patient_id, Some(id)));
    }
    Ok(Named::Nobody)
}

/// Checks somebody in. Text that is no code leads to the search by name.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let (patient, appointment) = match named(&app, &form).await? {
        Named::Patient(patient, appointment) => (patient, appointment),
        Named::Deactivated(number) => return Ok(sought::lead_to(&app, paths::queue::ARRIVALS, &number, "")),
        Named::Nobody => {
            let code = form.text("code", "Scan a card, or type a name or number", 120);
            if form.is_ok() {
                return Ok(sought::lead_to(&app, paths::queue::ARRIVALS, &code, ""));
            }
            return again(&app, page, form).await;
        }
    };
    let point: Option<PointId> = form.optional_parse("point", "Choose a service point");
    let priority: Priority = form.optional_parse("priority", "Choose a priority").unwrap_or(Priority::Normal);
    let reason = form.optional_text("reason", 120);
    if priority != Priority::Normal && reason.is_empty() {
        form.refuse("reason", "Enter the reason for the priority");
    }
    if !form.is_ok() {
        return again(&app, page, form).await;
    }
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let wished = (priority != Priority::Normal).then_some(priority);
    let arrival = Arrival { appointment, point, priority, reason, ..Arrival::at_desk(patient) };
    match check_in(&mut work, arrival).await {
        Ok(here) => {
            let words = words(&page, &here, at, wished);
            work.done(paths::queue::arrivals_after(here.visit), &words).await
        }
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            again(&app, page, form).await
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn again(app: &App, page: Page, form: FormState) -> Answer {
    let asked = Asked { q: form.value("q").to_owned(), ..Asked::default() };
    Ok(refused(html(load(app, page, &asked, form).await?)?))
}

/// The same card read twice within two seconds is one check-in (K6).
fn words(page: &Page, here: &CheckedIn, at: DateTime<Utc>, wished: Option<Priority>) -> String {
    let mut words = if here.is_new || at - here.since < TimeDelta::seconds(2) {
        format!("{} checked in", here.token)
    } else {
        format!("{} was already checked in at {}", here.token, page.clinic.clock(here.since))
    };
    match here.waits_again {
        Some(EntryState::Missed) => words.push_str(". It had missed its calls and waits again"),
        Some(_) => words.push_str(". It was put aside and waits again"),
        None => {}
    }
    if let Some(also) = here.also {
        words.push_str(&format!(
            ". The booking at {} is checked in with the same token",
            page.clinic.clock(also)
        ));
    }
    if let Some((at, doctor)) = &here.to_come {
        words.push_str(&format!(
            ". The booking at {} with {doctor} is still to come: check it in below when its time comes",
            page.clinic.clock(*at)
        ));
    }
    if let Some(priority) = wished.filter(|_| !here.is_new) {
        let priority = priority.label().to_lowercase();
        words.push_str(&if here.raised {
            format!(". Its priority is now {priority}")
        } else {
            ". Its priority was as high already".to_owned()
        });
    }
    words
}
