//! Doctors' hours, the slots of today and the coming four weeks, and who has booked them.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use super::names::Chance;
use super::past::{APPOINTMENT, Ids, SLOT, STARTS, is_weekday, reference, room_of};
use super::{Filling, Shape, clinic, row};
use crate::db::{DbError, Value};

/// Places of a slot, and how many of them patients book themselves.
const CAPACITY: (i64, i64) = (3, 2);
const AVAILABILITY: &[&str] = &[
    "id",
    "doctor_id",
    "weekday",
    "starts",
    "ends",
    "room_id",
    "slot_minutes",
    "capacity",
    "public_capacity",
    "valid_from",
];

struct Open {
    doctor: usize,
    day: NaiveDate,
    starts: DateTime<Utc>,
    public: i64,
    desk: i64,
}

/// Hours, slots and bookings from today on.
pub(super) async fn write(filling: &mut Filling, shape: Shape, ids: &mut Ids) -> Result<(), DbError> {
    hours(filling).await?;
    let mut slots = Vec::new();
    for ahead in 0..=28 {
        let day = filling.today + Days::new(ahead);
        for time in times_of(filling, day) {
            let Some(starts) = filling.clinic.instant(day, time) else { continue };
            for doctor in 0..filling.doctors.len() {
                slots.push(Open { doctor, day, starts, public: 0, desk: 0 });
            }
        }
    }
    let bookings = book(filling, shape, ids, &mut slots);
    let base = ids.slot;
    let rows = (1_i64..).zip(&slots).map(|(at, slot)| {
        let ends = slot.starts + TimeDelta::minutes(30);
        let doctor = filling.doctors[slot.doctor];
        let (all, public) = CAPACITY;
        row![
            base + at,
            doctor,
            room_of(slot.doctor),
            slot.day,
            slot.starts,
            ends,
            all,
            public,
            slot.public,
            slot.desk,
            "open"
        ]
    });
    let rows = rows.collect();
    filling.put("slot", SLOT, rows).await?;
    ids.slot += slots.len() as i64;
    filling.put("appointment", APPOINTMENT, bookings).await
}

async fn hours(filling: &mut Filling) -> Result<(), DbError> {
    let time = |hour| NaiveTime::from_hms_opt(hour, if hour == 12 { 30 } else { 0 }, 0);
    let mut rows = Vec::new();
    for (at, doctor) in filling.doctors.iter().enumerate() {
        for weekday in 1..=5_i64 {
            for (starts, ends) in [(8, 12), (13, 16)] {
                rows.push(row![
                    rows.len() as i64 + 1,
                    *doctor,
                    weekday,
                    time(starts),
                    time(ends),
                    room_of(at),
                    30_i64,
                    CAPACITY.0,
                    CAPACITY.1,
                    filling.today - Days::new(60)
                ]);
            }
        }
    }
    filling.put("availability", AVAILABILITY, rows).await
}

/// The wall times of a day's slots. Today reaches around the present moment, whenever the demo is started.
fn times_of(filling: &Filling, day: NaiveDate) -> Vec<NaiveTime> {
    let mut times: Vec<NaiveTime> = Vec::new();
    if is_weekday(day) && !(day > filling.today && clinic::is_holiday(day)) {
        times.extend(STARTS.iter().filter_map(|(hour, minute)| NaiveTime::from_hms_opt(*hour, *minute, 0)));
    }
    if day == filling.today {
        let now = filling.clinic.local(filling.now).time();
        let half_hours = i64::from(now.num_seconds_from_midnight()) / 1_800;
        for at in (half_hours - 4).max(0)..(half_hours + 8).min(47) {
            times.extend(NaiveTime::from_num_seconds_from_midnight_opt(at as u32 * 1_800, 0));
        }
    }
    times.sort();
    times.dedup();
    times
}

/// Today's patients are the second to the twenty-seventh; after them come those of the next weeks, each once.
fn book(filling: &Filling, shape: Shape, ids: &mut Ids, slots: &mut [Open]) -> Vec<Vec<Value>> {
    let mut chance = Chance::new(88);
    let mut rows = Vec::new();
    let mut give = |at: usize, slots: &mut [Open], patient: i64, ids: &mut Ids, chance: &mut Chance| {
        let slot = &mut slots[at];
        let place = if slot.public < CAPACITY.1 {
            slot.public += 1;
            "public"
        } else if slot.public + slot.desk < CAPACITY.0 {
            slot.desk += 1;
            "desk"
        } else {
            return false;
        };
        ids.appointment += 1;
        let made = filling.now - TimeDelta::hours(chance.between(3, 160));
        let reference = reference(chance);
        rows.push(row![
            ids.appointment,
            reference.as_str(),
            reference.as_str(),
            patient,
            ids.slot + at as i64 + 1,
            filling.doctors[slot.doctor],
            slot.starts,
            slot.starts + TimeDelta::minutes(30),
            chance.between(1, clinic::REASON_COUNT - 1),
            place,
            "booked",
            made,
            Value::Instant(None),
            Value::Text(None),
            false,
            made,
            made
        ]);
        true
    };
    let near: Vec<usize> = (0..slots.len())
        .filter(|at| {
            (slots[*at].starts - filling.now).num_minutes().abs() < 240
                && filling.clinic.day_of(slots[*at].starts) == filling.today
        })
        .collect();
    for patient in 2..=27_i64 {
        if !near.is_empty() {
            give(near[chance.below(near.len())], slots, patient, ids, &mut chance);
        }
    }
    let tomorrow = filling.clinic.start_of(filling.today + Days::new(1));
    let later: Vec<usize> = (0..slots.len()).filter(|at| slots[*at].starts >= tomorrow).collect();
    let soon = later.len() / 10;
    if let Some(own) = later.get(soon) {
        give(*own, slots, 1, ids, &mut chance);
    }
    let mut patient = 28_i64;
    for _ in 0..shape.upcoming {
        // Nearer days are fuller.
        let at = chance.below(later.len()).min(chance.below(later.len()));
        if give(later[at], slots, patient, ids, &mut chance) {
            patient += 1;
        }
    }
    rows
}
