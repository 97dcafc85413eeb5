//! Free slots as people choose them: by day and half of the day, and the nearest ones when a slot is just
//! gone.

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

use super::{Interval, SlotId};
use crate::access::model::AccountId;

/// A slot with a free place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSlot {
    /// Its row.
    pub id: SlotId,
    /// Whose slot.
    pub doctor: AccountId,
    /// When.
    pub at: Interval,
}

/// The slot that someone wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// With whom; `None` if it did not matter.
    pub doctor: Option<AccountId>,
    /// Its start.
    pub starts_at: DateTime<Utc>,
}

/// At most `most` of the `free` slots, the fittest first: same doctor on the same clinic day, then nearest in
/// time (rule B2). Of two equally near ones the earlier comes first.
pub fn nearest_alternatives(wanted: &Wanted, free: &[FreeSlot], zone: Tz, most: usize) -> Vec<FreeSlot> {
    let day = clinic_day(wanted.starts_at, zone);
    let mut found: Vec<FreeSlot> = free.to_vec();
    found.sort_by_key(|slot| {
        let starts_at = slot.at.starts_at();
        let same_doctor = wanted.doctor.is_none_or(|doctor| doctor == slot.doctor);
        let fits = same_doctor && clinic_day(starts_at, zone) == day;
        (!fits, (starts_at - wanted.starts_at).abs(), starts_at, slot.id)
    });
    found.truncate(most);
    found
}

/// The slots of one clinic day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySlots<T> {
    /// The day.
    pub day: NaiveDate,
    /// Those that start before midday.
    pub morning: Vec<T>,
    /// Those that start at midday or later.
    pub afternoon: Vec<T>,
}

/// Slots by clinic day, morning and afternoon, the next one first (experience.md M6). Days without a slot do
/// not appear.
pub fn by_day<T>(slots: Vec<T>, zone: Tz, starts_at: impl Fn(&T) -> DateTime<Utc>) -> Vec<DaySlots<T>> {
    let mut slots = slots;
    slots.sort_by_key(|slot| starts_at(slot));
    let mut days: Vec<DaySlots<T>> = Vec::new();
    for slot in slots {
        let local = starts_at(&slot).with_timezone(&zone);
        let day = local.date_naive();
        if days.last().is_none_or(|last| last.day != day) {
            days.push(DaySlots { day, morning: Vec::new(), afternoon: Vec::new() });
        }
        if let Some(last) = days.last_mut() {
            if local.hour() < 12 { last.morning.push(slot) } else { last.afternoon.push(slot) }
        }
    }
    days
}

fn clinic_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LAGOS: Tz = chrono_tz::Africa::Lagos;

    fn slot(id: i64, doctor: i64, starts_at: &str) -> FreeSlot {
        let starts_at = starts_at.parse().expect("an instant");
        FreeSlot { id: SlotId(id), doctor: AccountId(doctor), at: Interval::lasting(starts_at, 30) }
    }

    fn ids(slots: &[FreeSlot]) -> Vec<i64> {
        slots.iter().map(|slot| slot.id.0).collect()
    }

    #[test]
    fn the_same_doctor_on_the_same_day_comes_first_then_the_nearest() {
        let free = [
            slot(1, 8, "2026-03-09T09:00:00Z"),
            slot(2, 7, "2026-03-09T14:00:00Z"),
            slot(3, 7, "2026-03-09T08:30:00Z"),
            slot(4, 7, "2026-03-10T09:00:00Z"),
            slot(5, 8, "2026-03-09T10:00:00Z"),
        ];
        let wanted = Wanted { doctor: Some(AccountId(7)), starts_at: free[0].at.starts_at() };
        assert_eq!(ids(&nearest_alternatives(&wanted, &free, LAGOS, 9)), [3, 2, 1, 5, 4]);
        assert_eq!(ids(&nearest_alternatives(&wanted, &free, LAGOS, 3)), [3, 2, 1]);
        let anyone = Wanted { doctor: None, ..wanted };
        assert_eq!(ids(&nearest_alternatives(&anyone, &free, LAGOS, 3)), [1, 3, 5]);
        assert_eq!(nearest_alternatives(&wanted, &[], LAGOS, 3), []);
    }

    #[test]
    fn the_day_is_the_clinics() {
        // 23:30 UTC on the 8th is 0:30 on the 9th in Lagos.
        let free = [slot(1, 7, "2026-03-08T22:30:00Z"), slot(2, 7, "2026-03-09T20:00:00Z")];
        let wanted = Wanted {
            doctor: Some(AccountId(7)),
            starts_at: "2026-03-08T23:30:00Z".parse().expect("an instant"),
        };
        assert_eq!(ids(&nearest_alternatives(&wanted, &free, LAGOS, 2)), [2, 1]);
    }

    #[test]
    fn slots_are_shown_by_day_and_half_of_the_day() {
        let free = vec![
            slot(1, 7, "2026-03-09T11:00:00Z"),
            slot(2, 7, "2026-03-09T10:59:00Z"),
            slot(3, 7, "2026-03-08T23:00:00Z"),
            slot(4, 7, "2026-03-10T23:00:00Z"),
        ];
        let days = by_day(free, LAGOS, |slot| slot.at.starts_at());
        let shown: Vec<(String, Vec<i64>, Vec<i64>)> =
            days.iter().map(|day| (day.day.to_string(), ids(&day.morning), ids(&day.afternoon))).collect();
        assert_eq!(
            shown,
            [("2026-03-09".to_owned(), vec![3, 2], vec![1]), ("2026-03-11".to_owned(), vec![4], vec![]),]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_grouping(minutes in prop::collection::vec(0i64..20_000, 0..60)) {
            let at = |minute: &i64| DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(*minute);
            let days = by_day(minutes.clone(), LAGOS, at);
            let shown: Vec<i64> =
                days.into_iter().flat_map(|day| [day.morning, day.afternoon].concat()).collect();
            let mut sorted = minutes;
            sorted.sort_unstable();
            prop_assert_eq!(shown, sorted);
        }
    }
}
