//! Booking by the patient: reason, day, time, details, yes. Choices travel in the address; the patient's own words never
//! do: they are written into the place that is kept.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::{day_of, me};
use crate::access::model::AccountId;
use crate::app::App;
use crate::patients::model::PatientId;
use crate::scheduling::model::{BookingRules, CannotBook, Place, ReasonId, SlotId, Wanted};
use crate::scheduling::offer::{Asking, Offered};
use crate::scheduling::store::doctors::{self, Named};
use crate::scheduling::store::people::{self, Reason};
use crate::scheduling::store::{appointments, slots};
use crate::scheduling::verbs::{self, Booking, Refusal};
use crate::scheduling::views::book::{DayPage, LostPage, PausedPage, ReasonPage, Target, TimePage};
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Longest text in the patient's own words.
pub const WORDS: usize = 500;
/// Days on one page.
const SPAN: u64 = 13;

/// What was chosen so far.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    pub(super) reason: String,
    pub(super) doctor: String,
    pub(super) day: String,
    pub(super) from: String,
}

impl Chosen {
    fn doctor(&self) -> Option<AccountId> {
        self.doctor.parse().ok()
    }

    /// Reason and doctor as a query: numbers only.
    pub(super) fn query(&self) -> String {
        let reason = self.reason.parse::<ReasonId>().map(|id| id.to_string()).unwrap_or_default();
        let doctor = self.doctor().map(|id| format!("&doctor={id}")).unwrap_or_default();
        format!("reason={reason}{doctor}")
    }

    /// The same as hidden fields.
    pub(super) fn form(&self) -> FormState {
        FormState::new().with("reason", &self.reason).with("doctor", &self.doctor)
    }
}

/// The first question. Who cannot book online learns it here and not at the end.
pub async fn reason(State(app): State<App>, page: Page, Query(chosen): Query<Chosen>) -> Answer {
    let patient = me(&page)?;
    if let Some(answer) = paused(&app, &page, patient).await? {
        return Ok(answer);
    }
    let reasons = online_reasons(&app).await?;
    html(ReasonPage {
        page,
        form: chosen.form(),
        reasons,
        action: paths::scheduling::BOOK_DAY.into(),
        keeps: false,
    })
}

pub(super) async fn online_reasons(app: &App) -> Result<Vec<Reason>, Error> {
    Ok(people::reasons(&app.db).await?.into_iter().filter(|reason| reason.bookable_online).collect())
}

async fn paused(
    app: &App,
    page: &Page,
    patient: PatientId,
) -> Result<Option<axum::response::Response>, Error> {
    let person = people::booker(&app.db, patient).await?.ok_or(Error::NotFound)?;
    let rules = BookingRules::of(&page.clinic);
    let why = match person.online_block_until.filter(|day| *day > page.today()) {
        Some(day) => Some(CannotBook::OnlinePaused(day)),
        None => {
            let holds = appointments::holds_of(&app.db, patient).await?.len();
            let open = appointments::open_of(&app.db, patient, page.now, None).await?.len();
            let full = open.saturating_sub(holds) >= rules.max_open as usize;
            full.then_some(CannotBook::TooManyOpen(rules.max_open))
        }
    };
    let Some(why) = why else { return Ok(None) };
    let heading = "You cannot book online now";
    html(PausedPage { page: page.clone(), heading, sentence: why.to_string(), again: false }).map(Some)
}

/// What is said of a reason that the clinic gave up meanwhile.
pub(super) const GONE: &str = "The reason you chose cannot be booked online any more. Choose another";

/// The reason that was chosen; without one the first question comes back with a message.
async fn chosen_reason(app: &App, chosen: &Chosen) -> Result<Option<Reason>, Error> {
    let Ok(id) = chosen.reason.parse::<ReasonId>() else { return Ok(None) };
    Ok(people::reason(&app.db, id).await?.filter(|reason| reason.bookable_online))
}

async fn ask_again(app: &App, page: Page, chosen: &Chosen) -> Answer {
    let mut form = chosen.form();
    let gone = chosen.reason.parse::<ReasonId>().is_ok();
    form.refuse("reason", if gone { GONE } else { "Choose why you want to be seen" });
    let reasons = online_reasons(app).await?;
    let action = paths::scheduling::BOOK_DAY.to_owned();
    Ok(refused(html(ReasonPage { page, form, reasons, action, keeps: false })?))
}

fn asking<'a>(page: &'a Page, reason: &Reason, doctor: Option<AccountId>) -> Asking<'a> {
    Asking { clinic: &page.clinic, now: page.now, place: Place::Public, minutes: reason.minutes, doctor }
}

/// The doctor who was wished for. One who has left meanwhile is no choice any more: an old link then means any doctor.
pub(super) async fn wished(app: &App, doctor: &str) -> Result<Option<Named>, Error> {
    let Ok(id) = doctor.parse::<AccountId>() else { return Ok(None) };
    Ok(doctors::names(&app.db).await?.into_iter().find(|one| one.id == id))
}

impl Chosen {
    /// The same with a doctor who works here, or any.
    fn with_doctor(self, doctor: Option<&Named>) -> Chosen {
        Chosen { doctor: doctor.map(|one| one.id.to_string()).unwrap_or_default(), ..self }
    }
}

/// The second question: two weeks of days.
pub async fn day(State(app): State<App>, page: Page, Query(chosen): Query<Chosen>) -> Answer {
    let Some(reason) = chosen_reason(&app, &chosen).await? else {
        return ask_again(&app, page, &chosen).await;
    };
    let doctor = wished(&app, &chosen.doctor).await?;
    let chosen = chosen.with_doctor(doctor.as_ref());
    let asking = asking(&page, &reason, chosen.doctor());
    let from = if chosen.from.is_empty() { page.today() } else { day_of(&chosen.from)?.max(page.today()) };
    let to = from.checked_add_days(Days::new(SPAN)).ok_or(Error::NotFound)?;
    let weeks = asking.weeks(asking.days(&app, from, to).await?);
    let query = chosen.query();
    let later = (to < asking.last_day())
        .then(|| format!("{}?{query}&from={}", paths::scheduling::BOOK_DAY, to + Days::new(1)));
    let back = format!("{}?{query}", paths::scheduling::BOOK);
    let times = format!("{}?{query}", paths::scheduling::BOOK_TIME);
    html(DayPage { page, question: "Which day suits you?", weeks, back, times, later })
}

/// The third question: the times of a day.
pub async fn time(State(app): State<App>, page: Page, Query(chosen): Query<Chosen>) -> Answer {
    let day = day_of(&chosen.day)?;
    let Some(reason) = chosen_reason(&app, &chosen).await? else {
        return ask_again(&app, page, &chosen).await;
    };
    let doctor = wished(&app, &chosen.doctor).await?;
    let chosen = chosen.with_doctor(doctor.as_ref());
    let offered = asking(&page, &reason, None).between(&app, day, day).await?;
    let here = Chosen { doctor: String::new(), ..chosen.clone() }.query();
    let here = format!("{}?{here}&day={day}", paths::scheduling::BOOK_TIME);
    let back = format!("{}?{}", paths::scheduling::BOOK_DAY, chosen.query());
    let form = chosen.form();
    html(time_page(page, form, day, (offered, doctor), (back, here, Target::Hold)))
}

/// The page of a day's times, of one doctor or of all.
pub(super) fn time_page(
    page: Page,
    form: FormState,
    day: NaiveDate,
    (offered, wished): (Vec<Offered>, Option<Named>),
    (back, here, target): (String, String, Target),
) -> TimePage {
    let doctor = wished.as_ref().map(|one| one.id);
    let mut doctors: Vec<Named> = wished.into_iter().collect();
    for one in &offered {
        if doctors.iter().all(|known| known.id != one.slot.doctor_id) {
            doctors.push(Named { id: one.slot.doctor_id, name: one.slot.doctor_name.clone() });
        }
    }
    doctors.sort_by(|a, b| a.name.cmp(&b.name));
    let shown: Vec<Offered> =
        offered.into_iter().filter(|one| doctor.is_none_or(|doctor| doctor == one.slot.doctor_id)).collect();
    let minutes = 0;
    let clinic = std::sync::Arc::clone(&page.clinic);
    let asking = Asking { clinic: &clinic, now: page.now, place: Place::Public, minutes, doctor };
    let (morning, afternoon) = asking.times(&shown);
    let chosen = doctor.map(|doctor| doctor.to_string()).unwrap_or_default();
    TimePage { page, form, day, morning, afternoon, doctors, chosen, back, here, target }
}

/// Keeps the place for some minutes and leads on to the details.
pub async fn hold(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let patient = me(&page)?;
    let mut form = submission.form.clone();
    let (Some(slot), Some(reason)) = (form.parse::<SlotId>("slot", ""), form.parse::<ReasonId>("reason", ""))
    else {
        return Err(Error::Invalid("Go back, choose a reason and a time, and send it again.".into()));
    };
    let mut work = submission.begin(&app).await?;
    let booking = Booking { patient, slot, reason, complaint: String::new() };
    match verbs::hold(&mut work, &booking).await {
        Ok(id) => work.done(paths::scheduling::book_check(id), "").await,
        Err(refusal) => {
            work.undo();
            let chosen = Chosen {
                reason: reason.to_string(),
                doctor: form.value("doctor").to_owned(),
                ..Chosen::default()
            };
            lost(&app, page, slot, &chosen, refusal).await
        }
    }
}

/// Says why a time cannot be had, with the nearest three.
pub(super) async fn lost(app: &App, page: Page, slot: SlotId, chosen: &Chosen, refusal: Refusal) -> Answer {
    let reason = chosen_reason(app, chosen).await?;
    if reason.is_none() && matches!(refusal, Refusal::Missing) {
        return ask_again(app, page, chosen).await;
    }
    let (Refusal::Book(_) | Refusal::TooShort(_) | Refusal::HoldOver) = refusal else {
        return Err(refusal.into());
    };
    if !refusal.is_lost() {
        let heading = "This time cannot be booked";
        let answer = html(PausedPage { page, heading, sentence: refusal.to_string(), again: true })?;
        return Ok((StatusCode::CONFLICT, answer).into_response());
    }
    let gone = slots::by_id(&app.db, slot).await?.ok_or(Error::NotFound)?;
    let Some(reason) = reason else { return ask_again(app, page, chosen).await };
    let doctor = wished(app, &chosen.doctor).await?;
    let chosen = chosen.clone().with_doctor(doctor.as_ref());
    let wanted = Wanted { doctor: chosen.doctor(), starts_at: gone.starts_at };
    let nearest = asking(&page, &reason, chosen.doctor()).nearest(app, &wanted).await?;
    let day = page.clinic.day_of(gone.starts_at);
    let query = chosen.query();
    let answer = html(LostPage {
        form: chosen.form(),
        heading: refusal.heading(),
        sentence: refusal.to_string(),
        nearest,
        back: format!("{}?{query}", paths::scheduling::BOOK_DAY),
        all: format!("{}?{query}&day={day}", paths::scheduling::BOOK_TIME),
        day,
        target: Target::Hold,
        page,
    })?;
    Ok((StatusCode::CONFLICT, answer).into_response())
}
