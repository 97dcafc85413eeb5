//! The clinic as its administrators set it. Pure.

use std::borrow::Borrow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use crate::clock::{day_and_wall, wall};
use crate::ids;

ids! {
    /// A day on which the clinic is closed.
    HolidayId,
}

/// The clinic's settings, one row. Minutes, hours and days are whole numbers; limits are checked by the table.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[expect(missing_docs, reason = "the names are the rules' own words; limits stand in the migration")]
pub struct Clinic {
    pub name: String,
    pub address: String,
    pub phone: String,
    pub time_zone: String,
    pub notice: String,
    pub slot_minutes: i64,
    pub book_days_ahead: i64,
    pub max_open_bookings: i64,
    pub hold_minutes: i64,
    pub late_tolerance_minutes: i64,
    pub late_cancel_hours: i64,
    pub no_show_limit: i64,
    pub no_show_window_months: i64,
    pub no_show_block_days: i64,
    pub late_cancel_halves: i64,
    pub no_show_days: i64,
    pub objection_days: i64,
    pub undo_minutes: i64,
    pub desk_release_minutes: i64,
    pub freed_place_minutes: i64,
    pub self_check_in_minutes: i64,
    pub max_calls: i64,
    pub recall_pause_minutes: i64,
    pub booked_in_a_row: i64,
    pub walk_in_limit_minutes: i64,
    pub long_wait_minutes: i64,
    pub very_long_wait_minutes: i64,
    pub token_digits: i64,
    pub staff_idle_minutes: i64,
    pub patient_idle_minutes: i64,
    pub matric_pattern: String,
    pub is_demo: bool,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    /// The opening hours in words, made from their table.
    #[serde(skip)]
    pub hours_words: String,
}

impl Clinic {
    /// What a new install begins with; numbers are the defaults of the rules.
    pub fn fresh(now: DateTime<Utc>) -> Self {
        Clinic {
            name: "Campus Clinic".to_owned(),
            address: String::new(),
            phone: String::new(),
            time_zone: "Africa/Lagos".to_owned(),
            notice: String::new(),
            slot_minutes: 30,
            book_days_ahead: 28,
            max_open_bookings: 3,
            hold_minutes: 8,
            late_tolerance_minutes: 15,
            late_cancel_hours: 2,
            no_show_limit: 3,
            no_show_window_months: 12,
            no_show_block_days: 120,
            late_cancel_halves: 0,
            no_show_days: 5,
            objection_days: 7,
            undo_minutes: 10,
            desk_release_minutes: 120,
            freed_place_minutes: 15,
            self_check_in_minutes: 30,
            max_calls: 3,
            recall_pause_minutes: 5,
            booked_in_a_row: 3,
            walk_in_limit_minutes: 45,
            long_wait_minutes: 30,
            very_long_wait_minutes: 60,
            token_digits: 3,
            staff_idle_minutes: 15,
            patient_idle_minutes: 30,
            matric_pattern: "99/99AA999".to_owned(),
            is_demo: false,
            version: 1,
            updated_at: now,
            hours_words: String::new(),
        }
    }

    /// The zone; the form refuses unknown names, so the fallback only guards against edits behind our back.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::Africa__Lagos)
    }

    /// The clinic's day at a moment (T1).
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// A moment on the clinic's wall.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone())
    }

    /// The moment of a wall-clock time: none in the gap of a clock change, the earlier one where it happens twice (T2).
    pub fn instant(&self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        self.zone().from_local_datetime(&day.and_time(time)).earliest().map(|at| at.with_timezone(&Utc))
    }

    /// The last moment between two others that shows this wall-clock time, to the minute; none where there is none.
    pub fn instant_between(
        &self,
        time: NaiveTime,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Option<DateTime<Utc>> {
        let near = chrono::TimeDelta::seconds(59);
        let days = self.day_of(from).iter_days().take_while(|day| *day <= self.day_of(until));
        let all = days.filter_map(|day| self.instant(day, time));
        all.filter(|at| from - near <= *at && *at <= until + near).last()
    }

    /// The moment a clinic day begins; where midnight is skipped, the first moment that exists.
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let hours = (0..4).filter_map(|hour| NaiveTime::from_hms_opt(hour, 0, 0));
        hours
            .filter_map(|time| self.instant(day, time))
            .next()
            .unwrap_or_else(|| Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)))
    }

    /// When a moment is, as staff read it: `10:40`.
    pub fn clock(&self, at: impl Borrow<DateTime<Utc>>) -> String {
        wall(self.local(*at.borrow()).time())
    }

    /// When a moment is, as patients read it: `10:40am`, `midday`, `5pm` (experience X4).
    pub fn spoken_clock(&self, at: impl Borrow<DateTime<Utc>>) -> String {
        spoken_time(self.local(*at.borrow()).time())
    }

    /// The telephone number as a link wants it.
    pub fn phone_link(&self) -> String {
        self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    /// `Wednesday 6 August 2026`.
    pub fn long_day(&self, at: impl Borrow<DateTime<Utc>>) -> String {
        long_day(self.day_of(*at.borrow()))
    }

    /// `2026-08-06 14:30`, for tables.
    pub fn stamp(&self, at: impl Borrow<DateTime<Utc>>) -> String {
        let local = self.local(*at.borrow());
        day_and_wall(local.date_naive(), local.time())
    }
}

/// `10:40am`, `5pm`, `midday`, `midnight`.
pub fn spoken_time(time: NaiveTime) -> String {
    let (afternoon, hour) = time.hour12();
    let half = if afternoon { "pm" } else { "am" };
    match (time.hour(), time.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "midday".to_owned(),
        (_, 0) => format!("{hour}{half}"),
        (_, minute) => format!("{hour}:{minute:02}{half}"),
    }
}

/// `Wednesday 6 August 2026`.
pub fn long_day(day: NaiveDate) -> String {
    day.format("%A %-d %B %Y").to_string()
}

/// `6 August 2026`.
pub fn plain_day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// Full years between birth and `today`; none when born later.
pub fn age_on(today: NaiveDate, born: NaiveDate) -> Option<u32> {
    today.years_since(born)
}

/// Hours of one weekday; 1 is Monday (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct OpeningHours {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: i64,
    /// The door opens.
    pub opens: NaiveTime,
    /// The door closes.
    pub closes: NaiveTime,
}

/// `Open Monday to Friday, 8am to 4pm · Saturday, 9am to midday`; empty without hours.
pub fn hours_in_words(hours: &[OpeningHours]) -> String {
    let mut runs: Vec<(OpeningHours, i64)> = Vec::new();
    for day in hours {
        match runs.last_mut() {
            Some((first, last))
                if *last + 1 == day.weekday && (first.opens, first.closes) == (day.opens, day.closes) =>
            {
                *last = day.weekday;
            }
            _ => runs.push((*day, day.weekday)),
        }
    }
    let name = |weekday: i64| WEEKDAYS[(weekday - 1).clamp(0, 6) as usize];
    let words: Vec<String> = runs
        .iter()
        .map(|(first, last)| {
            let days = if first.weekday == *last {
                name(*last).to_owned()
            } else {
                format!("{} to {}", name(first.weekday), name(*last))
            };
            format!("{days}, {} to {}", spoken_time(first.opens), spoken_time(first.closes))
        })
        .collect();
    if words.is_empty() { String::new() } else { format!("Open {}", words.join(" · ")) }
}

/// A day on which the clinic is closed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Holiday {
    /// Its id.
    pub id: HolidayId,
    /// The clinic's day.
    pub day: NaiveDate,
    /// What people call it.
    pub name: String,
    /// Who is booked on it and needs another time.
    pub undecided: i64,
}

/// Monday to Sunday, for pages.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// 1 (Monday) to 7 (Sunday).
pub fn weekday_number(day: NaiveDate) -> i64 {
    i64::from(day.weekday().number_from_monday())
}
