//! A doctor's weekly hours, in the time on the clinic's wall (rule T2).

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::AvailabilityId;
use crate::access::model::AccountId;
use crate::queue::model::RoomId;

const SLOT_MINUTES: std::ops::RangeInclusive<u32> = 5..=240;
/// More places than this in one slot is a slip of the finger.
const MOST_PLACES: u32 = 100;

/// Hours as somebody declared them, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Whose hours.
    pub doctor: AccountId,
    /// Where the doctor sits, once known.
    pub room: Option<RoomId>,
    /// The day of the week.
    pub weekday: Weekday,
    /// First minute, clinic time.
    pub starts: NaiveTime,
    /// First minute after, clinic time of the same day; hours past midnight are declared on both days.
    pub ends: NaiveTime,
    /// Length of a slot, 5 to 240 minutes.
    pub slot_minutes: u32,
    /// Places in each slot, 1 to 100.
    pub capacity: u32,
    /// How many of them the public may book; the rest is for the desk (rule B10).
    pub public_capacity: u32,
    /// First day on which the hours hold.
    pub valid_from: NaiveDate,
    /// Last day on which they hold; `None` until changed.
    pub valid_until: Option<NaiveDate>,
}

/// Hours that passed every check. Read them through the fields of [`Hours`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability(Hours);

/// Stored hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Their row.
    pub id: AvailabilityId,
    /// What they say.
    pub availability: Availability,
}

/// What is wrong with hours as declared. `Display` says how to put it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvailabilityFault {
    /// They end before they start, or at once.
    EndsBeforeStart,
    /// A slot is shorter than 5 or longer than 240 minutes.
    SlotLength,
    /// Not even one slot ends within the hours (rule B12).
    NoSlotFits,
    /// No place, or more than 100.
    Capacity,
    /// More public places than places.
    PublicCapacity,
    /// The last day lies before the first.
    EndsBeforeItBegins,
}

impl AvailabilityFault {
    /// The form field that the fault belongs to, named as in [`Hours`].
    pub const fn field(self) -> &'static str {
        match self {
            AvailabilityFault::EndsBeforeStart => "ends",
            AvailabilityFault::SlotLength | AvailabilityFault::NoSlotFits => "slot_minutes",
            AvailabilityFault::Capacity => "capacity",
            AvailabilityFault::PublicCapacity => "public_capacity",
            AvailabilityFault::EndsBeforeItBegins => "valid_until",
        }
    }
}

impl fmt::Display for AvailabilityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AvailabilityFault::EndsBeforeStart => "The end time must be after the start time.",
            AvailabilityFault::SlotLength => "Slot length must be between 5 and 240 minutes.",
            AvailabilityFault::NoSlotFits => {
                "Not one slot fits between the start and end time. Make the slot shorter or the hours longer."
            }
            AvailabilityFault::Capacity => "Places in each slot must be between 1 and 100.",
            AvailabilityFault::PublicCapacity => {
                "Places for online booking must not be more than the places in each slot."
            }
            AvailabilityFault::EndsBeforeItBegins => "The last day must not be before the first day.",
        })
    }
}

impl Availability {
    /// Checks hours. Every fault is named at once, so that a form can show them all (rule R7).
    pub fn parse(hours: Hours) -> Result<Availability, Vec<AvailabilityFault>> {
        let mut faults = Vec::new();
        let ends_after = hours.ends > hours.starts;
        let length_ok = SLOT_MINUTES.contains(&hours.slot_minutes);
        if !ends_after {
            faults.push(AvailabilityFault::EndsBeforeStart);
        }
        if !length_ok {
            faults.push(AvailabilityFault::SlotLength);
        }
        if ends_after && length_ok && minutes_between(&hours) < hours.slot_minutes {
            faults.push(AvailabilityFault::NoSlotFits);
        }
        if !(1..=MOST_PLACES).contains(&hours.capacity) {
            faults.push(AvailabilityFault::Capacity);
        }
        if hours.public_capacity > hours.capacity {
            faults.push(AvailabilityFault::PublicCapacity);
        }
        if hours.valid_until.is_some_and(|until| until < hours.valid_from) {
            faults.push(AvailabilityFault::EndsBeforeItBegins);
        }
        if faults.is_empty() { Ok(Availability(hours)) } else { Err(faults) }
    }

    /// Slots on an ordinary day.
    pub fn slots_a_day(&self) -> u32 {
        minutes_between(&self.0) / self.slot_minutes
    }

    /// Minutes at the end that no slot fills; shown to whoever declares the hours (rule B12).
    pub fn remainder_minutes(&self) -> u32 {
        minutes_between(&self.0) % self.slot_minutes
    }

    /// Whether the hours hold on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        use chrono::Datelike as _;
        day.weekday() == self.weekday
            && self.valid_from <= day
            && self.valid_until.is_none_or(|until| day <= until)
    }

    /// Whether a slot of this time lies within the hours, on a day on which they hold.
    pub fn gives(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, zone: Tz) -> bool {
        let starts = starts_at.with_timezone(&zone).naive_local();
        let day = starts.date();
        // The length counts, not the end on the wall: a slot keeps it when the clocks change.
        self.holds_on(day)
            && starts.time() >= self.starts
            && starts + (ends_at - starts_at) <= day.and_time(self.ends)
    }
}

impl Deref for Availability {
    type Target = Hours;

    fn deref(&self) -> &Hours {
        &self.0
    }
}

fn minutes_between(hours: &Hours) -> u32 {
    u32::try_from((hours.ends - hours.starts).num_minutes()).unwrap_or(0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::wording::assert_clear;
    use super::*;

    pub(crate) fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day")
    }

    /// Mondays 9:00 to 12:00 in slots of 30 minutes with one place.
    pub(crate) fn mondays() -> Hours {
        Hours {
            doctor: AccountId(7),
            room: None,
            weekday: Weekday::Mon,
            starts: at(9, 0),
            ends: at(12, 0),
            slot_minutes: 30,
            capacity: 1,
            public_capacity: 1,
            valid_from: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
            valid_until: None,
        }
    }

    fn faults(change: impl FnOnce(&mut Hours)) -> Vec<AvailabilityFault> {
        let mut hours = mondays();
        change(&mut hours);
        Availability::parse(hours).err().unwrap_or_default()
    }

    #[test]
    fn ordinary_hours_pass() {
        let hours = Availability::parse(mondays()).expect("ordinary hours");
        assert_eq!((hours.slots_a_day(), hours.remainder_minutes()), (6, 0));
    }

    #[test]
    fn the_remainder_is_told() {
        let hours =
            Availability::parse(Hours { slot_minutes: 50, ..mondays() }).expect("slots of 50 minutes");
        assert_eq!((hours.slots_a_day(), hours.remainder_minutes()), (3, 30));
    }

    #[test]
    fn each_impossible_value_is_named() {
        assert_eq!(faults(|h| h.ends = at(9, 0)), [AvailabilityFault::EndsBeforeStart]);
        assert_eq!(faults(|h| h.ends = at(8, 0)), [AvailabilityFault::EndsBeforeStart]);
        assert_eq!(faults(|h| h.slot_minutes = 4), [AvailabilityFault::SlotLength]);
        assert_eq!(faults(|h| h.slot_minutes = 241), [AvailabilityFault::SlotLength]);
        assert_eq!(faults(|h| h.slot_minutes = 181), [AvailabilityFault::NoSlotFits]);
        assert_eq!(faults(|h| h.slot_minutes = 180), []);
        assert_eq!(faults(|h| h.public_capacity = 2), [AvailabilityFault::PublicCapacity]);
        assert_eq!(faults(|h| h.capacity = 101), [AvailabilityFault::Capacity]);
        assert_eq!(faults(|h| (h.capacity, h.public_capacity) = (0, 0)), [AvailabilityFault::Capacity]);
        assert_eq!(
            faults(|h| h.valid_until = h.valid_from.pred_opt()),
            [AvailabilityFault::EndsBeforeItBegins]
        );
    }

    #[test]
    fn several_faults_are_named_together() {
        let found = faults(|h| (h.ends, h.slot_minutes, h.capacity) = (at(8, 0), 0, 0));
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn hours_hold_from_their_first_to_their_last_day() {
        let monday = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a Monday");
        let week = chrono::Days::new(7);
        let hours = Hours { valid_from: monday, valid_until: Some(monday + week), ..mondays() };
        let hours = Availability::parse(hours).expect("two Mondays");
        assert!(hours.holds_on(monday) && hours.holds_on(monday + week));
        assert!(!hours.holds_on(monday - week) && !hours.holds_on(monday + week + week));
        assert!(!hours.holds_on(monday.succ_opt().expect("a Tuesday")));
    }

    #[test]
    fn a_slot_of_the_hours_lies_within_them() {
        let hours = Availability::parse(mondays()).expect("ordinary hours");
        let gives = |day: u32, hour: u32, minutes: i64| {
            let date = NaiveDate::from_ymd_opt(2026, 3, day).expect("a day");
            let starts = date.and_time(at(hour, 0)).and_utc();
            hours.gives(starts, starts + chrono::TimeDelta::minutes(minutes), Tz::Africa__Lagos)
        };
        // Lagos is an hour ahead: the hours begin at 8:00 in UTC.
        assert!(gives(2, 8, 30) && gives(2, 10, 60));
        assert!(!gives(2, 7, 30) && !gives(2, 10, 90) && !gives(3, 8, 30));
    }

    #[test]
    fn every_fault_is_a_clear_sentence_at_a_field() {
        for fault in [
            AvailabilityFault::EndsBeforeStart,
            AvailabilityFault::SlotLength,
            AvailabilityFault::NoSlotFits,
            AvailabilityFault::Capacity,
            AvailabilityFault::PublicCapacity,
            AvailabilityFault::EndsBeforeItBegins,
        ] {
            assert_clear(&fault.to_string());
            assert!(!fault.field().is_empty());
        }
    }
}
