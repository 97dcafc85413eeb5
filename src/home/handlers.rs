//! The front page of each role, the style page, the keyboard.

use axum::extract::State;
use chrono::{Days, TimeDelta};
use futures::{TryFutureExt, try_join};

use super::store;
use super::views::{
    KeyboardPage, Now, OfflinePage, PatientHome, PatientNow, SavedPage, StaffHome, StyleguidePage,
};
use crate::access::model::{Permission, Role};
use crate::app::App;
use crate::patients::model::PatientId;
use crate::scheduling::Expected;
use crate::scheduling::model::AppointmentState;
use crate::web::{Answer, Error, FormState, Page, html};
use crate::{billing, consultation, laboratory, patients, pharmacy, queue, record, scheduling, stock};

/// The shortcuts, as the keyboard page lists them.
const SHORTCUTS: [(&str, &str, &str); 15] = [
    ("Ctrl K", "Find a patient, a token or a page", "Every page"),
    ("Ctrl Enter", "Send the form you are in", "Every form"),
    ("Alt N", "Call the next patient", "Queue"),
    ("Alt N", "Open the first prescription or bill", "Pharmacy, cashier"),
    ("Alt S", "Start with the patient who was called", "Queue"),
    ("Alt A", "Call the present patient again", "Queue"),
    ("Alt C", "Open the consultation, hand-out or bill of the present patient", "Queue, tests"),
    ("Alt E", "Give out, or finish with the present patient", "Queue, consultation, pharmacy"),
    ("Alt G", "Sign the note", "Consultation"),
    ("Alt I", "Go to the diagnoses", "Consultation"),
    ("Alt M", "Go to the medicines", "Consultation"),
    ("Alt T", "Order tests", "Consultation"),
    ("Alt Z", "Undo the last move", "Queue"),
    ("Alt L", "Lock this desk", "Every page"),
    ("Esc", "Close suggestions and go back", "Search"),
];

/// A screen asks every minute while it is on.
const SILENT_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What to do next.
pub async fn show(State(app): State<App>, page: Page) -> Answer {
    match page.actor()?.patient {
        Some(patient) => for_patient(&app, page, patient).await,
        None => for_staff(&app, page).await,
    }
}

async fn for_patient(app: &App, page: Page, patient: PatientId) -> Answer {
    let (now, emergencies, recalled) = try_join!(
        read(app, &page, patient),
        record::unread_emergencies(&app.db, patient).err_into(),
        pharmacy::recalled(&app.db, patient, page.now).err_into(),
    )?;
    html(PatientHome { page, now, emergencies, recalled })
}

/// The part of a patient's front page that changes while a token waits.
pub async fn now(State(app): State<App>, page: Page) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let now = read(&app, &page, patient).await?;
    html(PatientNow { page, now })
}

async fn read(app: &App, page: &Page, patient: PatientId) -> Result<Now, Error> {
    let since = page.clinic.start_of(page.today());
    let (place, coming) =
        try_join!(queue::place_of(app, patient), scheduling::coming(&app.db, patient, page.now, since))?;
    let (lost, stands): (Vec<_>, Vec<_>) = coming.into_iter().partition(Expected::is_lost);
    let next = stands.into_iter().next();
    let waits = place.as_ref().is_some_and(|place| place.held.closed_at.is_none());
    let idle = !waits && next.is_none() && lost.is_empty();
    let free = if idle { scheduling::next_free(&app.db, page.now).await? } else { None };
    let first_name = page.name().split_whitespace().next().unwrap_or_default().to_owned();
    Ok(Now { first_name, place, next, lost, free })
}

/// What a phone keeps: the card and the next appointment, nothing else.
pub async fn saved(State(app): State<App>, page: Page) -> Answer {
    let patient = page.actor()?.patient.ok_or(Error::NotFound)?;
    let card = patients::card_of(&app.db, patient).await?.ok_or(Error::NotFound)?;
    let since = page.clinic.start_of(page.today());
    let coming = scheduling::coming(&app.db, patient, page.now, since).await?;
    let next = coming.into_iter().find(|one| one.state != AppointmentState::Cancelled);
    html(SavedPage { page, card, next })
}

/// What a phone shows when it reaches nothing.
pub async fn offline(page: Page) -> Answer {
    html(OfflinePage { page })
}

async fn for_staff(app: &App, page: Page) -> Answer {
    let actor = page.actor()?;
    let today = page.today();
    let span = (page.clinic.start_of(today), page.clinic.start_of(today + Days::new(1)));
    let doctor = actor.roles.has(Role::Doctor).then_some(actor.account);
    let own = async {
        match page.may(Permission::WorkQueue) || page.may(Permission::OrderTests) {
            true => store::own(&app.db, today, actor.account).await,
            false => Ok(store::Own::default()),
        }
    };
    let (tally, own, points) =
        try_join!(store::tally(&app.db, today, span, doctor), own, queue::counts(&app.db))?;
    let attention = if page.may(Permission::ManagePoints) {
        Some(
            store::attention(&app.db, (page.now - SILENT_AFTER, page.now - record::REVIEW_WITHIN), today)
                .await?,
        )
    } else {
        None
    };
    let lab = if page.may(Permission::CollectSamples) || page.may(Permission::WorkLab) {
        Some(laboratory::tally(&app.db).await?)
    } else {
        None
    };
    let pharmacy = match page.may(Permission::Dispense) {
        true => Some(pharmacy::tally(&app.db, today, page.now).await?),
        false => None,
    };
    let shelves = match page.may(Permission::ManageStock) || page.may(Permission::ApproveStock) {
        true => Some(stock::waiting(&app.db).await?),
        false => None,
    };
    let day = match page.may(Permission::WriteNotes) {
        true => consultation::day_of(app, &page).await?,
        false => Vec::new(),
    };
    let needs = match page.may(Permission::Consult) {
        true => queue::open_attention(&app.db).await?.into(),
        false => queue::Needs::default(),
    };
    let money = if page.may(Permission::TakePayments) || page.may(Permission::ApproveMoney) {
        Some(billing::tally(&app.db, page.actor()?.account).await?)
    } else {
        None
    };
    let form = FormState::new();
    html(StaffHome { page, points, tally, own, attention, lab, shelves, pharmacy, money, day, needs, form })
}

/// Every component in every state, live.
pub async fn styleguide(page: Page) -> Answer {
    let mut refused = FormState::new()
        .with("name", "Ọlúwafúnmiláyọ̀ Adéṣínà-Ògúntádé")
        .with("born_month", "3")
        .with("born_year", "2004")
        .with("sex", "female")
        .with("roles", "doctor");
    refused.refuse("matric", "Enter the matric number");
    refused.refuse("born_day", "Date of birth must include a day");
    html(StyleguidePage {
        page,
        refused,
        sexes: vec![("female", "Female"), ("male", "Male")],
        levels: vec![("100", "100 level"), ("200", "200 level")],
        roles: Role::ALL.iter().take(3).map(|role| (role.as_str(), role.label())).collect(),
    })
}

/// The keyboard's shortcuts.
pub async fn keyboard(page: Page) -> Answer {
    html(KeyboardPage { page, shortcuts: &SHORTCUTS })
}
