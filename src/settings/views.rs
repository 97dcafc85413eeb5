//! Pages of the settings.

use askama::Template;

use super::model::{Holiday, WEEKDAYS, long_day};
use super::rules::{Group, LIMITS};
use super::store::points::{Point, Room};
use super::store::reasons::Reason;
use crate::queue::model::PointKind;
use crate::scheduling::Affected;
use crate::web::conflict::Conflict;
use crate::web::paths::settings as paths;
use crate::web::{FormState, Page};

/// Name, zone, numbers.
#[derive(Debug, Template)]
#[template(path = "settings/clinic.html")]
pub struct ClinicPage {
    pub page: Page,
    pub form: FormState,
    pub conflict: Option<Conflict>,
    /// Whether another time zone waits for the word that hours already given out may change.
    pub asks_zone: bool,
}

impl ClinicPage {
    /// Without questions.
    pub fn of(page: Page, form: FormState) -> ClinicPage {
        ClinicPage { page, form, conflict: None, asks_zone: false }
    }

    fn groups(&self) -> &'static [Group] {
        LIMITS
    }
}

/// Opening hours.
#[derive(Debug, Template)]
#[template(path = "settings/hours.html")]
pub struct HoursPage {
    pub page: Page,
    pub form: FormState,
    /// Who is booked on a day that is about to close.
    pub affected: Vec<Affected>,
    pub conflict: Option<Conflict>,
}

impl HoursPage {
    /// Weekday, and the names of its two fields.
    fn days(&self) -> Vec<(&'static str, String, String)> {
        (1..).zip(WEEKDAYS).map(|(at, day)| (day, format!("opens_{at}"), format!("closes_{at}"))).collect()
    }
}

/// Holidays, with the form for one more.
#[derive(Debug, Template)]
#[template(path = "settings/holidays.html")]
pub struct HolidaysPage {
    pub page: Page,
    pub form: FormState,
    pub holidays: Vec<Holiday>,
}

impl HolidaysPage {
    fn day(&self, holiday: &Holiday) -> String {
        long_day(holiday.day)
    }

    fn undecided(&self, holiday: &Holiday) -> String {
        match holiday.undecided {
            1 => "1 needs another time".to_owned(),
            many => format!("{many} need another time"),
        }
    }

    fn fresh(&self) -> FormState {
        FormState::new()
    }
}

/// Service points with their rooms.
#[derive(Debug, Template)]
#[template(path = "settings/points.html")]
pub struct PointsPage {
    pub page: Page,
    pub points: Vec<Point>,
    pub rooms: Vec<Room>,
}

impl PointsPage {
    fn rooms_of<'a>(&'a self, point: &'a Point) -> impl Iterator<Item = &'a Room> {
        self.rooms.iter().filter(|room| room.point_id == point.id)
    }
}

/// The form of a service point.
#[derive(Debug, Template)]
#[template(path = "settings/point_form.html")]
pub struct PointFormPage {
    pub page: Page,
    pub form: FormState,
    pub point: Option<Point>,
    pub conflict: Option<Conflict>,
}

impl PointFormPage {
    fn action(&self) -> String {
        self.point.as_ref().map_or_else(|| paths::POINTS.to_owned(), |point| paths::point(point.id))
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        PointKind::choices()
    }
}

/// The form of a room.
#[derive(Debug, Template)]
#[template(path = "settings/room_form.html")]
pub struct RoomFormPage {
    pub page: Page,
    pub form: FormState,
    pub points: Vec<Point>,
    pub room: Option<Room>,
    pub conflict: Option<Conflict>,
}

impl RoomFormPage {
    fn action(&self) -> String {
        self.room.as_ref().map_or_else(|| paths::ROOMS.to_owned(), |room| paths::room(room.id))
    }

    fn choices(&self) -> Vec<(String, String)> {
        self.points.iter().map(|point| (point.id.to_string(), point.name.clone())).collect()
    }
}

/// Visit reasons.
#[derive(Debug, Template)]
#[template(path = "settings/reasons.html")]
pub struct ReasonsPage {
    pub page: Page,
    pub reasons: Vec<Reason>,
}

/// The form of a visit reason.
#[derive(Debug, Template)]
#[template(path = "settings/reason_form.html")]
pub struct ReasonFormPage {
    pub page: Page,
    pub form: FormState,
    pub reason: Option<Reason>,
    pub conflict: Option<Conflict>,
}

impl ReasonFormPage {
    fn action(&self) -> String {
        self.reason.as_ref().map_or_else(|| paths::REASONS.to_owned(), |reason| paths::reason(reason.id))
    }
}
