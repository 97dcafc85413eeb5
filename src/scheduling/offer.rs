//! What can be booked, as people choose it: by day, then by time.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike as _, Utc};

use super::model::{BookingRules, Place, SlotId, Wanted, nearest_alternatives};
use super::store::slots::{self, DayLeft, SlotRow};
use crate::access::model::AccountId;
use crate::app::App;
use crate::clock::minute_of;
use crate::db::DbError;
use crate::settings::model::Clinic;

/// Places below which a page says that few are left.
const FEW: u32 = 2;

/// Who asks, and for what.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    pub clinic: &'a Clinic,
    pub now: DateTime<Utc>,
    pub place: Place,
    /// Minutes that the visit takes.
    pub minutes: i64,
    pub doctor: Option<AccountId>,
}

/// A slot with the places that the asker can book.
#[derive(Debug, Clone)]
pub struct Offered {
    pub slot: SlotRow,
    pub free: u32,
}

impl Asking<'_> {
    /// The last day that can be chosen.
    pub fn last_day(&self) -> NaiveDate {
        BookingRules::of(self.clinic).last_day(self.clinic.day_of(self.now))
    }

    /// Slots from one day to another that are long enough; full ones too, blocked and past ones not.
    pub async fn between(&self, app: &App, from: NaiveDate, to: NaiveDate) -> Result<Vec<Offered>, DbError> {
        let rules = BookingRules::of(self.clinic);
        let to = if self.place == Place::Public { to.min(self.last_day()) } else { to };
        let until = self.clinic.start_of(to + Days::new(1));
        let rows = slots::between(&app.db, self.doctor, self.clinic.start_of(from), until).await?;
        let fits = |slot: &SlotRow| {
            slot.state == super::model::SlotState::Open
                && rules.bookable_until(slot.starts_at) > self.now
                && slot.minutes() >= self.minutes
        };
        let offer = |slot: SlotRow| Offered { free: slot.free(self.place, self.now, &rules), slot };
        Ok(rows.into_iter().filter(|slot| fits(slot)).map(offer).collect())
    }

    /// The days on which the public can book, and what is left on each, counted up to [`slots::COUNTED`].
    pub async fn days(&self, app: &App, from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>, DbError> {
        // Many ask for the same days at once; which of the times are still free is asked to the second.
        let now = minute_of(self.now);
        let not_before = BookingRules::of(self.clinic).earliest_start(now);
        let span = (from, to.min(self.last_day()));
        let days = slots::public_days(&app.db, self.doctor, span, (not_before, now), self.minutes).await?;
        let places = |day: &DayLeft| u32::try_from(day.places).unwrap_or(0);
        Ok(days.iter().map(|day| Day { day: day.day, free: places(day) }).collect())
    }

    /// The nearest three to a time that is gone, within two weeks.
    pub async fn nearest(&self, app: &App, wanted: &Wanted) -> Result<Vec<Time>, DbError> {
        let day = self.clinic.day_of(wanted.starts_at.max(self.now));
        let from = (day - Days::new(7)).max(self.clinic.day_of(self.now));
        let offered = self.between(app, from, day + Days::new(7)).await?;
        let mut free: Vec<_> =
            offered.iter().filter(|one| one.free > 0).map(|one| one.slot.as_free()).collect();
        if wanted.doctor.is_none() {
            // With any doctor, the same time is one choice.
            free.dedup_by_key(|slot| slot.at.starts_at());
        }
        let found = nearest_alternatives(wanted, &free, self.clinic.zone(), 3);
        let of = |id: SlotId| offered.iter().find(|one| one.slot.id == id);
        Ok(found.iter().filter_map(|slot| of(slot.id)).map(|one| self.named(one)).collect())
    }

    fn named(&self, one: &Offered) -> Time {
        let day = self.clinic.local(one.slot.starts_at).format("%A %-d %B").to_string();
        Time { words: format!("{day}, {}", self.clinic.spoken_clock(one.slot.starts_at)), ..self.time(one) }
    }

    fn time(&self, one: &Offered) -> Time {
        Time {
            slot: one.slot.id,
            starts_at: one.slot.starts_at,
            words: self.clinic.spoken_clock(one.slot.starts_at),
            free: one.free,
        }
    }

    /// Days by week.
    pub fn weeks(&self, days: Vec<Day>) -> Vec<(String, Vec<Day>)> {
        let today = self.clinic.day_of(self.now);
        let monday = |day: NaiveDate| day - Days::new(u64::from(day.weekday().num_days_from_monday()));
        let mut weeks: Vec<(NaiveDate, Vec<Day>)> = Vec::new();
        for day in days {
            match weeks.last_mut() {
                Some((week, days)) if *week == monday(day.day) => days.push(day),
                _ => weeks.push((monday(day.day), vec![day])),
            }
        }
        let name = |week: NaiveDate| {
            if week <= today {
                "This week".to_owned()
            } else if week <= today + Days::new(7) {
                "Next week".to_owned()
            } else {
                format!("Week of {}", week.format("%-d %B"))
            }
        };
        weeks.into_iter().map(|(week, days)| (name(week), days)).collect()
    }

    /// Times of one day: morning and afternoon; doctors with the same time stand behind one entry.
    pub fn times(&self, offered: &[Offered]) -> (Vec<Time>, Vec<Time>) {
        let mut times: Vec<(Time, u32)> = Vec::new();
        for one in offered {
            match times.last_mut() {
                Some((last, best)) if last.starts_at == one.slot.starts_at => {
                    last.free += one.free;
                    if one.free > *best {
                        (*best, last.slot) = (one.free, one.slot.id);
                    }
                }
                _ => times.push((self.time(one), one.free)),
            }
        }
        times
            .into_iter()
            .map(|(time, _)| time)
            .partition(|time| self.clinic.local(time.starts_at).hour() < 12)
    }
}

/// A day to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub day: NaiveDate,
    pub free: u32,
}

/// A time to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    pub slot: SlotId,
    pub starts_at: DateTime<Utc>,
    pub words: String,
    pub free: u32,
}

impl Day {
    /// `Thursday 7 August`.
    pub fn words(&self) -> String {
        self.day.format("%A %-d %B").to_string()
    }

    /// `8 places left`.
    pub fn left(&self) -> String {
        match self.free {
            0 => "Full".to_owned(),
            1 => "1 place left".to_owned(),
            many if i64::from(many) > slots::COUNTED => format!("More than {} places left", slots::COUNTED),
            many => format!("{many} places left"),
        }
    }

    /// Whether only a few are left.
    pub fn few(&self) -> bool {
        self.free <= FEW
    }
}

impl Time {
    /// `2 left`.
    pub fn left(&self) -> String {
        if self.free == 0 { "Full".to_owned() } else { format!("{} left", self.free) }
    }

    /// Whether it is the last place.
    pub fn few(&self) -> bool {
        self.free == 1
    }
}
