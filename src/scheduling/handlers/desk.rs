//! The desk's list, and one appointment.

use axum::extract::{Query, State};
use chrono::{DateTime, Days, NaiveDate};
use serde::Deserialize;

use super::day_of;
use crate::access::model::{AccountId, Permission};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::patients;
use crate::patients::model::{SealedVisits, find_words, read_patient_number};
use crate::record;
use crate::scheduling::calendar;
use crate::scheduling::model::{AppointmentId, AppointmentState, BookingRules, may_mark_no_show};
use crate::scheduling::store::appointments::{self, AppointmentRow, Listed, Narrow, Search};
use crate::scheduling::store::doctors;
use crate::scheduling::verbs::change::is_here;
use crate::scheduling::verbs::undo::undoable;
use crate::scheduling::views::desk::{self as views, Happened, IndexPage, May, ShowPage};
use crate::web::request::Id;
use crate::web::sought;
use crate::web::{Answer, Error, FormState, Page, html, paths};

/// Lines on one page.
const PAGE: i64 = 50;
/// Longest text that is searched for.
const LONGEST: usize = 120;
/// Days back and ahead that a search covers.
const REACH: u64 = 180;

/// The filter, as the form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    day: String,
    doctor: String,
    state: String,
    q: String,
    sought: String,
    patient: String,
    undecided: String,
    after: String,
}

impl Asked {
    /// The days that are shown: one, or half a year around today when somebody is searched.
    fn span(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Error> {
        let wide = !self.q.trim().is_empty() || !self.patient.is_empty() || !self.undecided.is_empty();
        match self.day.trim() {
            "" if wide => Ok((today - Days::new(REACH), today + Days::new(REACH))),
            "" => Ok((today, today)),
            text => day_of(text).map(|day| (day, day)),
        }
    }

    fn narrow(&self, page: &Page) -> Result<Narrow, Error> {
        let (first, last) = self.span(page.today())?;
        let end = last.checked_add_days(Days::new(1)).ok_or(Error::NotFound)?;
        let after = self.after.split_once('_').and_then(|(micros, id)| {
            Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
        });
        Ok(Narrow {
            from: page.clinic.start_of(first),
            until: page.clinic.start_of(end),
            doctor: self.doctor.parse().ok(),
            state: self.state.parse().ok(),
            patient: self.patient.parse().ok(),
            search: self.search(),
            undecided: !self.undecided.is_empty(),
            after,
        })
    }

    fn search(&self) -> Option<Search> {
        let typed: String = self.q.trim().chars().take(LONGEST).collect();
        (!typed.is_empty()).then(|| Search {
            words: find_words(&typed),
            reference: typed.to_uppercase(),
            number: read_patient_number(&typed).unwrap_or_default(),
        })
    }

    fn form(&self) -> FormState {
        let mut form = FormState::new();
        for (name, value) in self.fields() {
            form = form.with(name, value);
        }
        form
    }

    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("day", &self.day),
            ("doctor", &self.doctor),
            ("state", &self.state),
            ("q", &self.q),
            ("patient", &self.patient),
            ("undecided", &self.undecided),
        ]
    }

    fn next_page(&self, last: &Listed) -> String {
        let mut query = format!("after={}_{}", last.starts_at.timestamp_micros(), last.id);
        let mut fields = self.fields();
        fields[3] = sought::term(&self.sought, &self.q);
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            query.push_str(&format!("&{name}={}", paths::encoded(value)));
        }
        format!("{}?{query}", paths::scheduling::APPOINTMENTS)
    }
}

/// The list.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let narrow = asked.narrow(&page)?;
    let mut list = appointments::list(&app.db, &narrow, PAGE + 1).await?;
    let more = list.len() as i64 > PAGE;
    list.truncate(PAGE as usize);
    let more = list.last().filter(|_| more).map(|last| asked.next_page(last));
    let doctors = views::doctors(&doctors::names(&app.db).await?);
    let states = AppointmentState::ALL.iter().filter(|state| **state != AppointmentState::Hold);
    let states = states.map(|state| (state.as_str().to_owned(), state.label().to_owned())).collect();
    let (first, last) = asked.span(page.today())?;
    let span = if first == last {
        crate::settings::model::long_day(first)
    } else {
        "Half a year around today".into()
    };
    html(IndexPage { page, form: asked.form(), list, doctors, states, span, more })
}

pub(super) async fn found(app: &App, id: AppointmentId) -> Result<AppointmentRow, Error> {
    let row = appointments::by_id(&app.db, id).await?;
    row.filter(|row| !row.never_booked()).ok_or(Error::NotFound)
}

/// One appointment; opening it is kept in the trail (R5).
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let row = found(&app, id).await?;
    let opened = Entry::new("appointment.opened", "appointment", id.0).of_patient(row.patient_id.0);
    let shown = show_page(&app, page, FormState::new(), row).await?;
    let clinical = shown.banner.is_some() || shown.may.read_words && !shown.row.complaint.is_empty();
    audit::opened(&app, &shown.page, opened.with("clinical", clinical)).await?;
    html(shown)
}

pub(super) async fn show_page(
    app: &App,
    page: Page,
    form: FormState,
    row: AppointmentRow,
) -> Result<ShowPage, Error> {
    let rules = BookingRules::of(&page.clinic);
    let entries = audit::history(&app.db, "appointment", row.id.0).await?;
    let history = entries
        .into_iter()
        .filter(|entry| entry.action != "appointment.opened")
        .map(|entry| Happened {
            at: entry.at,
            who: if entry.role == "system" { "By itself".to_owned() } else { entry.name },
            what: entry.action.split('.').nth(1).unwrap_or_default().replace('_', " "),
        })
        .collect();
    let book = page.may(Permission::BookForPatients);
    let who = Some(page.actor()?.account);
    let (reach, sealed) = patients::reach(app, &page, row.patient_id).await?;
    let banner = match reach.is_open() {
        true => record::banner(&app.db, row.patient_id).await?.map(|banner| banner.under(reach)),
        false => None,
    };
    let may = May {
        change: book && row.state == AppointmentState::Booked && row.starts_at > page.now,
        cancel: book && row.state.allows(AppointmentState::Cancelled) && !is_here(&row),
        here: book && is_here(&row),
        miss: book
            && may_mark_no_show(row.state, row.starts_at, row.needs_decision, page.now, &rules).is_ok(),
        answer: book
            && row.state == AppointmentState::NoShow
            && row.objection_state.as_deref() == Some("open"),
        undo: undoable(&row, who, page.now, &rules).ok().filter(|_| book),
        note: book,
        read_words: reach.is_open() && is_of_its_team(&row, who, &sealed),
    };
    let form = if form.value("note").is_empty() { form.with("note", &row.note) } else { form };
    Ok(ShowPage { page, form, row, history, may, banner })
}

/// Whether the words of a booking are not sealed against who asks (rule A3): before the patient has come, those for a reason
/// that seals the visit are for its doctor.
fn is_of_its_team(row: &AppointmentRow, who: Option<AccountId>, sealed: &SealedVisits) -> bool {
    match row.visit_id {
        Some(visit) => !sealed.holds(visit),
        None => !row.seals_visit || who == Some(row.doctor_id),
    }
}

/// The calendar file.
pub async fn file(State(app): State<App>, page: Page, Id(id): Id<AppointmentId>) -> Answer {
    let row = found(&app, id).await?;
    Ok(calendar::answer(&page.clinic, &row))
}
